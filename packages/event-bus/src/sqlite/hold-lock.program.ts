import { programArgument } from '../testing/index.ts';
import { takeFileLock } from './lock-file.ts';

console.log(takeFileLock(programArgument<string>()) === null ? 'refused' : 'held');
setInterval(() => {}, 1_000);
