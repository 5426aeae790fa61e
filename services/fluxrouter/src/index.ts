export { settingsGroups } from './settings-groups.ts';
