import { describe, expect, it } from 'vitest';
import { dialectNames, dialects } from './index.ts';

const limits = { maxDepth: 20 };

describe.each(dialectNames)('a body in %s', (name) => {
  const dialect = dialects[name];
  const read = (body: string | Buffer) => dialect.readRequest(Buffer.from(body), limits);

  it.each([
    ['', 'invalid_json', 'The body is empty.'],
    ['nonsense', 'invalid_json', 'expected a JSON object'],
    ['[]', 'invalid_json', 'expected a JSON object'],
    ['{"model":"m"', 'invalid_json', 'ends too early'],
    ['{"model":"m"} {}', 'invalid_json', 'text after the end'],
    ['{"model":"m",}', 'invalid_json', 'unexpected text'],
    ['{"model":"m","x":01}', 'invalid_json', ''],
    ['{"model":"m","x":"\t"}', 'invalid_json', ''],
    ['\ufeff{"model":"m"}', 'invalid_json', 'byte order mark'],
    ['{"model":"m","model":"n"}', 'duplicate_member', "'model'"],
    ['{"model":"m","tools":[],"tools":[]}', 'duplicate_member', ''],
    ['{"model":"m","tools":[{"\\u0074ype":"web_search"}]}', 'invalid_json', 'plainly'],
    [`{"model":"m","x":${'['.repeat(20)}${']'.repeat(20)}}`, 'json_too_deep', '20 levels'],
  ])('%j is refused as %s', (body, code, words) => {
    const refusal = read(body);
    expect(refusal).toMatchObject({ code, status: 400 });
    expect((refusal as { message: string }).message).toContain(words);
  });

  it('that is no UTF-8 is refused', () => {
    const body = Buffer.concat([
      Buffer.from('{"model":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    expect(dialect.readRequest(body, limits)).toMatchObject({ code: 'invalid_utf8' });
  });

  it('tells its model and its stream even where it is refused', () => {
    expect(read('{"model":"flux-auto","stream":true}')).toMatchObject({
      code: 'missing_field',
      model: 'flux-auto',
      stream: true,
    });
    expect(read('{"model":"no name, but words","stream":1}')).toMatchObject({
      model: null,
      stream: false,
    });
  });

  it('needs a model that is a string', () => {
    expect(read('{}')).toMatchObject({ code: 'missing_field', param: 'model' });
    expect(read('{"model":7}')).toMatchObject({ code: 'invalid_field', param: 'model' });
    expect(read('{"model":null}')).toMatchObject({ code: 'invalid_field', param: 'model' });
  });

  it('never has its own words in a refusal', () => {
    const secret = 'quetzalcoatl';
    const bodies = [
      `{"model":"m","messages":"${secret}`,
      `{"model":"m","messages":[{"role":"${secret}"}],"input":[{"role":"${secret}"}],"max_tokens":9}`,
      `{"${secret}":{"${secret}":1},"model":["${secret}"]}`,
      `{"model":"m","max_tokens":9,"input":"x","messages":[{"role":"user","content":"x"}],"stream":"${secret}"}`,
    ];
    for (const body of bodies) expect(JSON.stringify(read(body))).not.toContain(secret);
  });
});
