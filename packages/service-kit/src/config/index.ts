export { describeConfig, describeSettings, type SettingsGroup } from './describe-settings.ts';
export { ConfigError, type Environment, readConfig } from './read-config.ts';
export { Secret } from './secret.ts';
export {
  type ConfigSchema,
  type SettingNote,
  setting,
  settingNames,
  settingNote,
} from './setting.ts';
export {
  addressList,
  byteSize,
  durationMs,
  host,
  httpUrl,
  name,
  nameList,
  oneOf,
  onOff,
  path,
  port,
  secret,
  text,
  valueType,
  whole,
} from './value-types.ts';
