import { expect, it } from 'vitest';
import { readNeeds } from './suite-needs.ts';

it('reads what a suite needs from its first lines', () => {
  expect(readNeeds('a.test.ts', '// needs: java, maven\nimport x')).toEqual(['java', 'maven']);
  expect(readNeeds('a.test.ts', "import { it } from 'vitest';\n")).toEqual([]);
  expect(readNeeds('a.test.ts', `${'\n'.repeat(20)}// needs: java\n`)).toEqual([]);
});

it('takes no engine that nobody can look for', () => {
  expect(() => readNeeds('a.test.ts', '// needs: jaava\n')).toThrow('known are java');
});
