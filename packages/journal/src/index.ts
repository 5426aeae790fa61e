export {
  type Journal,
  type JournalEvent,
  JournalLocked,
  type JournalState,
  type NewEvent,
  type RecoveredEntry,
} from './journal.ts';
export { adoptJournal, type JournalOptions, openJournal } from './open-journal.ts';
export { type Shipper, type ShipperOptions, startShipper } from './shipper.ts';
