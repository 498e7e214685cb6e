import { mkdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReplicaSession } from '../../src/main/engine/session.ts'
import { sharedPostgres, type TestDatabase } from '../support/postgres.ts'
import { openReplica, replicaRows } from '../support/replica.ts'
import { expectSameRows } from '../support/sameRows.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts'
import { until } from '../support/until.ts'

describe.each([15, 18] as const)('changes of rows, Postgres %i', (major) => {
  let folder: TemporaryFolder
  let source: TestDatabase
  let session: ReplicaSession | null = null

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    source = await sharedPostgres(major).createDatabase()
  })
  afterEach(async () => {
    await session?.close()
    session = null
    await source.drop()
  })

  async function follow(setUp: string): Promise<ReplicaSession> {
    await source.query(setUp)
    session = await openReplica(folder.path, source)
    await session.whenCaughtUp()
    return session
  }

  /** Each is one transaction; after the last one every row of `tables` is compared. */
  async function expectEqualAfter(tables: readonly string[], ...transactions: string[]): Promise<void> {
    for (const transaction of transactions) await source.query(`BEGIN; ${transaction}; COMMIT`)
    await session!.whenCaughtUp()
    await expectSameRows(source, session!, tables)
  }

  function liveTable(name: string) {
    return session!.live().tables.find((table) => table.name === name)
  }

  describe('several changes of one row', () => {
    const rows = `INSERT INTO t SELECT n, 'from the copy' FROM generate_series(1, 6) n`

    it('in one transaction, in any order, leave what the last one left', async () => {
      await follow(`CREATE TABLE t (id int PRIMARY KEY, note text); ${rows}`)
      await expectEqualAfter(
        ['t'],
        `INSERT INTO t VALUES (10, 'a'); UPDATE t SET note = 'b' WHERE id = 10; DELETE FROM t WHERE id = 10`,
        `INSERT INTO t VALUES (11, 'a'); DELETE FROM t WHERE id = 11; INSERT INTO t VALUES (11, 'again')`,
        `UPDATE t SET note = 'u' WHERE id = 1; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 'i'); UPDATE t SET note = 'last' WHERE id = 1`,
        `DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (2, 'i'); DELETE FROM t WHERE id = 2`,
        `UPDATE t SET note = NULL WHERE id = 3; UPDATE t SET note = '' WHERE id = 3; UPDATE t SET note = NULL WHERE id = 3`,
      )
    })

    it('in one batch of several transactions, too', async () => {
      await follow(`CREATE TABLE t (id int PRIMARY KEY, note text); ${rows}`)
      const many = Array.from({ length: 200 }, (_, n) => {
        const key = (n % 6) + 1
        return n % 5 === 4
          ? `DELETE FROM t WHERE id = ${key}; INSERT INTO t VALUES (${key}, 'made ${n}')`
          : `UPDATE t SET note = 'change ${n}' WHERE id = ${key}`
      })
      await session!.pause()
      for (const transaction of many) await source.query(`BEGIN; ${transaction}; COMMIT`)
      await session!.resume()
      await expectEqualAfter(['t'])
      expect(liveTable('t')).toMatchObject({ rows: 6, state: 'ready' })
    })

    it('keys that are swapped, shifted and taken over in one transaction end where the source has them', async () => {
      await follow(`CREATE TABLE t (id int PRIMARY KEY, note text);
        INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 6) n`)
      await expectEqualAfter(
        ['t'],
        `UPDATE t SET id = 0 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2; UPDATE t SET id = 2 WHERE id = 0`,
        `UPDATE t SET id = id + 100; UPDATE t SET id = id - 99`,
        `DELETE FROM t WHERE id = 3; UPDATE t SET id = 3 WHERE id = 4; UPDATE t SET note = 'taken over' WHERE id = 3`,
        `UPDATE t SET id = -id, note = note || '!' WHERE id > 4; INSERT INTO t VALUES (5, 'in the freed place')`,
        `INSERT INTO t VALUES (50, 'short-lived'); UPDATE t SET id = 51 WHERE id = 50; DELETE FROM t WHERE id = 51`,
      )
    })
  })

  describe('values that the source does not send again', () => {
    const table = `CREATE TABLE d (id int PRIMARY KEY, a text, b text, n int);
      ALTER TABLE d ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL`
    const long = (letter: string) => `repeat('${letter}', 5000) || id`
    const fill = `INSERT INTO d SELECT id, repeat('a', 5000) || id, repeat('b', 5000) || id, 0 FROM generate_series(1, 30) id`

    it('are kept through every order of changes of the same row in one batch', async () => {
      await follow(`${table}; ${fill}`)
      await expectEqualAfter(
        ['d'],
        'UPDATE d SET n = 1 WHERE id = 1; UPDATE d SET n = 2 WHERE id = 1',
        `UPDATE d SET a = ${long('c')} WHERE id = 2; UPDATE d SET n = 1 WHERE id = 2; UPDATE d SET b = NULL WHERE id = 2; UPDATE d SET n = 2 WHERE id = 2`,
        `UPDATE d SET n = 1 WHERE id = 3; DELETE FROM d WHERE id = 3`,
        `UPDATE d SET n = 1 WHERE id = 4; DELETE FROM d WHERE id = 4; INSERT INTO d VALUES (4, 'x', NULL, 0); UPDATE d SET n = 1 WHERE id = 4`,
        `INSERT INTO d SELECT 31, repeat('i', 5000), NULL, 0; UPDATE d SET n = 1 WHERE id = 31; UPDATE d SET n = 2 WHERE id = 31`,
      )
    })

    it('move with their row to its new key, also where that key was another row a moment ago', async () => {
      await follow(`${table}; ${fill}`)
      await expectEqualAfter(
        ['d'],
        'UPDATE d SET id = 101 WHERE id = 1',
        'UPDATE d SET n = 1 WHERE id = 2; UPDATE d SET id = 102 WHERE id = 2; UPDATE d SET n = 2 WHERE id = 102',
        'DELETE FROM d WHERE id = 3; UPDATE d SET id = 3 WHERE id = 4; UPDATE d SET id = 4 WHERE id = 5',
        'INSERT INTO d SELECT 200, repeat(\'q\', 5000), repeat(\'r\', 5000), 0; UPDATE d SET id = 201 WHERE id = 200; UPDATE d SET id = 202 WHERE id = 201',
        'UPDATE d SET id = 300 WHERE id = 6; UPDATE d SET id = 6 WHERE id = 7; UPDATE d SET id = 7 WHERE id = 300',
      )
    })

    it('are kept in a composite key and under REPLICA IDENTITY FULL, with and without a key', async () => {
      await follow(`
        CREATE TABLE pairs (k1 int, k2 text, a text, n int, PRIMARY KEY (k2, k1));
        CREATE TABLE full_keyed (id int PRIMARY KEY, a text, n int);
        CREATE TABLE full_bag (id int, a text, n int);
        ALTER TABLE pairs ALTER a SET STORAGE EXTERNAL; ALTER TABLE full_keyed ALTER a SET STORAGE EXTERNAL; ALTER TABLE full_bag ALTER a SET STORAGE EXTERNAL;
        ALTER TABLE full_keyed REPLICA IDENTITY FULL; ALTER TABLE full_bag REPLICA IDENTITY FULL;
        INSERT INTO pairs SELECT id, 'k' || id, ${long('p')}, 0 FROM generate_series(1, 10) id;
        INSERT INTO full_keyed SELECT id, ${long('f')}, 0 FROM generate_series(1, 10) id;
        INSERT INTO full_bag SELECT id % 3, repeat('g', 5000), 0 FROM generate_series(1, 10) id`)
      const changes = (name: string, key: string) => `UPDATE ${name} SET n = n + 1; UPDATE ${name} SET ${key} = ${key} + 50 WHERE ${key} % 2 = 0; UPDATE ${name} SET n = n + 1`
      await expectEqualAfter(['pairs', 'full_keyed', 'full_bag'], changes('pairs', 'k1'), changes('full_keyed', 'id'), changes('full_bag', 'id'))
    })
  })

  it('a key that is a TOAST value itself names its row, though the source does not send it again', async () => {
    const long = (id: string) => `repeat('k', 2500) || ${id}`
    await follow(`
      CREATE TABLE long_keys (k text PRIMARY KEY, n int); ALTER TABLE long_keys ALTER k SET STORAGE EXTERNAL;
      CREATE TABLE long_pairs (k1 text, k2 int, a text, n int, PRIMARY KEY (k1, k2));
      ALTER TABLE long_pairs ALTER k1 SET STORAGE EXTERNAL, ALTER a SET STORAGE EXTERNAL;
      CREATE TABLE long_index (k text NOT NULL UNIQUE, n int); ALTER TABLE long_index ALTER k SET STORAGE EXTERNAL;
      ALTER TABLE long_index REPLICA IDENTITY USING INDEX long_index_k_key;
      INSERT INTO long_keys SELECT ${long('id')}, id FROM generate_series(1, 9) id;
      INSERT INTO long_pairs SELECT ${long('id')}, id, repeat('a', 5000) || id, id FROM generate_series(1, 9) id;
      INSERT INTO long_index SELECT ${long('id')}, id FROM generate_series(1, 9) id`)
    await expectEqualAfter(
      ['long_keys', 'long_pairs', 'long_index'],
      `UPDATE long_keys SET n = n + 100; UPDATE long_index SET n = n + 100; UPDATE long_pairs SET n = n + 100`,
      `UPDATE long_keys SET k = k || '!', n = 0 WHERE n = 101; UPDATE long_keys SET n = 1 WHERE n = 0; DELETE FROM long_keys WHERE n = 102`,
      `UPDATE long_pairs SET k2 = k2 + 50 WHERE n < 105; UPDATE long_pairs SET n = -n; DELETE FROM long_pairs WHERE k2 = 51`,
      `INSERT INTO long_keys VALUES (${long(`'new'`)}, 200); UPDATE long_keys SET n = 201 WHERE n = 200; DELETE FROM long_index WHERE n = 103`,
    )
  })

  it('what Postgres does to rows by itself comes as well: cascades, triggers, upserts, MERGE, rows of one COPY', async () => {
    await follow(`
      CREATE TABLE parents (id int PRIMARY KEY, n int); CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE audit (line text); ALTER TABLE audit REPLICA IDENTITY FULL;
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (TG_OP || coalesce(NEW.id, OLD.id)); RETURN coalesce(NEW, OLD); END $$;
      CREATE TRIGGER noted BEFORE INSERT OR UPDATE OR DELETE ON children FOR EACH ROW EXECUTE FUNCTION note();
      INSERT INTO parents SELECT n, n FROM generate_series(1, 9) n; INSERT INTO children SELECT n * 10 + m, n FROM generate_series(1, 9) n, generate_series(0, 2) m`)
    await expectEqualAfter(
      ['parents', 'children', 'audit'],
      `DELETE FROM parents WHERE id IN (1, 2); UPDATE parents SET id = id + 100 WHERE id IN (3, 4)`,
      `INSERT INTO parents VALUES (5, 0), (6, 0), (20, 20) ON CONFLICT (id) DO UPDATE SET n = parents.n + 1000`,
      `MERGE INTO parents AS p USING (VALUES (5), (7), (30)) AS v (id) ON p.id = v.id
         WHEN MATCHED AND v.id = 5 THEN DELETE WHEN MATCHED THEN UPDATE SET n = -1 WHEN NOT MATCHED THEN INSERT VALUES (v.id, 0)`,
      `WITH gone AS (DELETE FROM children WHERE id % 10 = 1 RETURNING id), put AS (INSERT INTO children SELECT id + 1000, 8 FROM gone RETURNING id) UPDATE parents SET n = n + 1 WHERE id = 8`,
    )
  })

  describe('truncate', () => {
    const tables = `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); CREATE TABLE c (line text);
      INSERT INTO a SELECT generate_series(1, 5); INSERT INTO b SELECT n, n FROM generate_series(1, 5) n; INSERT INTO c VALUES ('x'), ('x')`

    it('alone empties its table', async () => {
      await follow(tables)
      await expectEqualAfter(['a', 'b', 'c'], 'TRUNCATE b', 'TRUNCATE c')
      expect([liveTable('b')?.rows, liveTable('c')?.rows]).toEqual([0, 0])
    })

    it('of several tables, and by cascade, in a transaction with other changes, keeps what came after it', async () => {
      await follow(tables)
      await expectEqualAfter(
        ['a', 'b', 'c'],
        `INSERT INTO c VALUES ('before'); TRUNCATE b, c; INSERT INTO c VALUES ('after'); INSERT INTO b VALUES (1, 1)`,
        `UPDATE a SET id = id + 10 WHERE id > 1; TRUNCATE a CASCADE; INSERT INTO a VALUES (1), (2); UPDATE a SET id = 3 WHERE id = 2; INSERT INTO b VALUES (9, 3)`,
        `TRUNCATE c; INSERT INTO c VALUES ('one'); TRUNCATE c; INSERT INTO c VALUES ('two'), ('two')`,
      )
    })

    it('that is rolled back, whole or to a savepoint, has not happened', async () => {
      await follow(tables)
      await source.query('BEGIN; TRUNCATE a CASCADE; ROLLBACK')
      await expectEqualAfter(['a', 'b', 'c'], `SAVEPOINT s; TRUNCATE a CASCADE; INSERT INTO a VALUES (77); ROLLBACK TO s; INSERT INTO a VALUES (78)`)
    })
  })

  it('a truncate of one partition alone, which the source does not send, leaves nothing of its rows', async () => {
    await follow(`CREATE TABLE p (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
      CREATE TABLE p_low PARTITION OF p FOR VALUES FROM (0) TO (100);
      CREATE TABLE p_high PARTITION OF p FOR VALUES FROM (100) TO (1000);
      INSERT INTO p SELECT n, 'row' FROM generate_series(1, 200) n`)
    await expectEqualAfter(['p'], `TRUNCATE p; INSERT INTO p SELECT n, 'again' FROM generate_series(50, 150) n`)
    await source.query(`TRUNCATE p_low; INSERT INTO p VALUES (1, 'after')`)
    await until('its rows are gone', async () => {
      await session!.whenCaughtUp()
      return liveTable('p')?.rows === 52 && liveTable('p')?.state === 'ready'
    }, { timeoutMs: 30_000 })
    await expectEqualAfter(['p'], `UPDATE p SET note = 'last'`)
  })

  it('savepoints, nested and rolled back in any depth, leave what the source kept', async () => {
    await follow('CREATE TABLE t (id int PRIMARY KEY, note text)')
    await expectEqualAfter(
      ['t'],
      `INSERT INTO t VALUES (1, 'kept'); SAVEPOINT a; INSERT INTO t VALUES (2, 'gone'); SAVEPOINT b; UPDATE t SET note = 'gone' WHERE id = 1; ROLLBACK TO a;
       SAVEPOINT c; INSERT INTO t VALUES (2, 'kept'); SAVEPOINT d; INSERT INTO t VALUES (3, 'kept'); RELEASE d; RELEASE c; SAVEPOINT e; DELETE FROM t; ROLLBACK TO e`,
    )
    expect(liveTable('t')?.rows).toBe(3)
  })

  describe('without a primary key', () => {
    it('REPLICA IDENTITY FULL: of equal rows as many go as the source removed, nulls and odd values too', async () => {
      await follow(`CREATE TABLE heap (a int, b numeric, c float8, d interval);
        ALTER TABLE heap REPLICA IDENTITY FULL;
        INSERT INTO heap SELECT 1, 1.50, '-0', '1 mon' FROM generate_series(1, 5);
        INSERT INTO heap SELECT 1, 1.5, '0', '30 days' FROM generate_series(1, 5);
        INSERT INTO heap SELECT NULL, NULL, 'NaN', NULL FROM generate_series(1, 5)`)
      const one = (where: string) => `DELETE FROM heap WHERE ctid = (SELECT min(ctid) FROM heap WHERE ${where})`
      const transactions = [
        one(`d::text = '1 mon'`),
        `${one('a IS NULL')}; ${one('a IS NULL')}; INSERT INTO heap VALUES (NULL, NULL, 'NaN', NULL)`,
        `UPDATE heap SET a = 2 WHERE ctid = (SELECT max(ctid) FROM heap WHERE d::text = '30 days'); ${one('a = 2')}`,
      ]
      for (const transaction of transactions) await source.query(`BEGIN; ${transaction}; COMMIT`)
      await session!.whenCaughtUp()
      const counts = await replicaRows(session!, `SELECT a, b, c::VARCHAR, d::VARCHAR, count(*) FROM heap GROUP BY ALL`)
      expect(counts).toEqual(['1|1.50|-0.0|1 month|4', '1|1.5|0.0|30 days|4', '∅|∅|nan|∅|4'])
    })

    it('REPLICA IDENTITY USING INDEX: rows are found by the columns of that index', async () => {
      await follow(`CREATE TABLE t (code text NOT NULL, part int NOT NULL, note text, UNIQUE (code, part));
        ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_part_key;
        INSERT INTO t SELECT 'c' || n % 3, n, 'row' FROM generate_series(1, 9) n`)
      await expectEqualAfter(['t'], `UPDATE t SET note = 'new' WHERE part > 4`, `UPDATE t SET code = 'moved' WHERE part = 2; DELETE FROM t WHERE part = 3`)
    })

    it('REPLICA IDENTITY USING INDEX beside a primary key: the index counts, and the key is a column like others', async () => {
      await follow(`CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE);
        ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_key; INSERT INTO t SELECT n, 'c' || n FROM generate_series(1, 5) n`)
      await expectEqualAfter(['t'], `UPDATE t SET id = id + 10`, `UPDATE t SET code = 'new' WHERE id = 12; DELETE FROM t WHERE id = 13`)
    })

    it('REPLICA IDENTITY NOTHING: inserts apply, the source may still change its rows, and Live says what is missing', async () => {
      await follow(`CREATE TABLE t (id int PRIMARY KEY, note text); ALTER TABLE t REPLICA IDENTITY NOTHING; INSERT INTO t VALUES (1, 'a')`)
      await expectEqualAfter(['t'], `INSERT INTO t VALUES (2, 'b')`)
      expect(liveTable('t')?.reason).toMatch(/Inserts only/)
      await source.query(`UPDATE t SET note = 'c'; DELETE FROM t WHERE id = 2`)
      await session!.whenCaughtUp()
      expect(await replicaRows(session!, 'SELECT * FROM t')).toEqual(['1|a', '2|b'])
    })
  })

  describe('tables of several parts', () => {
    it('a partitioned table is one, however deep, with a default partition, and rows that move between any of them', async () => {
      await follow(`CREATE TABLE p (id int, kind text, note text, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
        CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a') PARTITION BY RANGE (id);
        CREATE TABLE p_a_low PARTITION OF p_a FOR VALUES FROM (0) TO (100);
        CREATE TABLE p_a_high PARTITION OF p_a FOR VALUES FROM (100) TO (1000);
        CREATE TABLE p_rest (note text, kind text NOT NULL, id int NOT NULL); ALTER TABLE p ATTACH PARTITION p_rest DEFAULT;
        INSERT INTO p SELECT n, CASE n % 2 WHEN 0 THEN 'a' ELSE 'z' END, 'row ' || n FROM generate_series(1, 150) n`)
      await expectEqualAfter(
        ['p'],
        `UPDATE p SET id = id + 500 WHERE kind = 'a' AND id BETWEEN 20 AND 40; UPDATE p SET kind = 'z' WHERE id = 2`,
        `UPDATE p SET kind = 'a' WHERE kind = 'z' AND id < 10; DELETE FROM p WHERE id > 140; UPDATE p SET note = 'late'`,
        `DELETE FROM p_a_low; INSERT INTO p VALUES (1, 'a', 'after')`,
      )
      expect(session!.live().tables.map(({ name }) => name)).toEqual(['p'])
    })

    it('values that are not sent again move with their rows from partition to partition', async () => {
      await follow(`CREATE TABLE p (id int, kind text, a text, n int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
        CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a'); CREATE TABLE p_b PARTITION OF p FOR VALUES IN ('b');
        ALTER TABLE p ALTER a SET STORAGE EXTERNAL; ALTER TABLE p_a ALTER a SET STORAGE EXTERNAL; ALTER TABLE p_b ALTER a SET STORAGE EXTERNAL;
        INSERT INTO p SELECT n, 'a', repeat('x', 5000) || n, 0 FROM generate_series(1, 20) n`)
      await expectEqualAfter(
        ['p'],
        `UPDATE p SET n = 1 WHERE id < 5; UPDATE p SET kind = 'b' WHERE id < 10; UPDATE p SET n = 2 WHERE id < 3`,
        `UPDATE p SET kind = 'a', id = id + 100 WHERE id < 5; UPDATE p SET id = id + 100 WHERE id > 100; UPDATE p SET n = 3`,
      )
    })

    it('tables that inherit are followed on their own, and their parent has its own rows only', async () => {
      await follow(`CREATE TABLE base (id int PRIMARY KEY, note text);
        CREATE TABLE heir (extra int, PRIMARY KEY (id)) INHERITS (base);
        INSERT INTO base VALUES (1, 'base'); INSERT INTO heir VALUES (2, 'heir', 3)`)
      await source.query(`UPDATE base SET note = note || '!'; INSERT INTO heir VALUES (4, 'late', 5); DELETE FROM ONLY base WHERE id = 9`)
      await session!.whenCaughtUp()
      expect(await replicaRows(session!, 'SELECT * FROM base')).toEqual(['1|base!'])
      expect(await replicaRows(session!, 'SELECT * FROM heir')).toEqual(['2|heir!|3', '4|late|5'])
      await source.query(`DELETE FROM base WHERE id = 2; TRUNCATE base; INSERT INTO heir VALUES (6, 'later', 7)`)
      await session!.whenCaughtUp()
      expect(await replicaRows(session!, 'SELECT * FROM base')).toEqual([])
      expect(await replicaRows(session!, 'SELECT * FROM heir')).toEqual(['6|later|7'])
    })
  })

  it(`generated columns are left out, and said to be: ${major === 18 ? 'stored and virtual' : 'stored'}`, async () => {
    const virtual = major === 18 ? ', v int GENERATED ALWAYS AS (n * 3) VIRTUAL' : ''
    await follow(`CREATE TABLE t (id int PRIMARY KEY, s int GENERATED ALWAYS AS (id * 2) STORED, n int${virtual}); INSERT INTO t (id, n) VALUES (1, 1)`)
    await source.query('INSERT INTO t (id, n) VALUES (2, 2); UPDATE t SET n = 5 WHERE id = 1')
    await session!.whenCaughtUp()
    expect(await replicaRows(session!, 'SELECT * FROM t')).toEqual(['1|5', '2|2'])
    expect(liveTable('t')?.reason).toBe(`Not copied, because generated on the source: ${major === 18 ? 's, v' : 's'}.`)
  })

  it('a key that is equal to another text of it on the source is that text: collations without regard to case, padding, an empty one', async () => {
    await follow(`CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE folds (k text COLLATE folded PRIMARY KEY, n int); INSERT INTO folds VALUES ('a', 1), ('B', 2), ('', 3), ('é', 4);
      CREATE TABLE pads (k bpchar, k2 char(3), n int, PRIMARY KEY (k, k2)); INSERT INTO pads VALUES ('', '', 1), ('a', 'a', 2), ('b ', 'b', 3)`)
    await expectEqualAfter(
      ['folds', 'pads'],
      `UPDATE folds SET n = n + 10 WHERE k = 'A'; UPDATE folds SET k = 'A' WHERE k = 'a'; UPDATE folds SET n = 5 WHERE k = 'a'; DELETE FROM folds WHERE k = 'b'`,
      `UPDATE folds SET k = 'É' WHERE k = 'é'; INSERT INTO folds VALUES ('b', 6); UPDATE folds SET k = 'filled' WHERE k = ''`,
      `UPDATE pads SET n = 4 WHERE k = 'a  '; UPDATE pads SET k = 'a   ' WHERE k = 'a'; UPDATE pads SET k2 = 'x' WHERE k = ''; DELETE FROM pads WHERE k = 'b'`,
    )
  })

  describe('names of any kind: dots, quotes, spaces, capitals, reserved words, other scripts, such as Millrace uses itself', () => {
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
    const names = [
      ...['select', 'Two Words', 'do.t', 'qu"ote', 'GROSS', '表', 'naïve', "it's", '__operation', 'millrace_staged', 'millrace_latest'],
      ...['"', '$1', '%s', '{}', '\t', 'x'.repeat(63), 'file', 'checkpoint'],
    ]
    const columns = ['order', 'sequence', 'replacing', 'staged', 'replica', 'latest', 'net', 'unnest', '__sequence', '__net', '__row', 'earlier_3', 'a.b', 'x"y', 'A B', "d'e", 'two\nlines', ' padded ', '\uFEFFmark', 'back\\slash', '😀', 'y'.repeat(63)]

    it.each(['a primary key', 'REPLICA IDENTITY FULL'])('of tables and columns, found by %s', async (identity) => {
      const list = columns.map(quoted)
      const values = (first: string) => [first, ...list.slice(1).map((_, n) => `'v${n}'`)].join(', ')
      for (const name of [...names, ...columns]) {
        const table = quoted(name)
        const key = identity === 'a primary key' ? `, PRIMARY KEY (${list.slice(0, 3).join(', ')})` : ''
        await source.query(`CREATE TABLE ${table} (${list.map((column) => `${column} text`).join(', ')}${key})`)
        if (!key) await source.query(`ALTER TABLE ${table} REPLICA IDENTITY FULL`)
        await source.query(`ALTER TABLE ${table} ALTER unnest SET STORAGE EXTERNAL; INSERT INTO ${table} VALUES (${values(`'1'`)}), (${values(`'2'`)})`)
        await source.query(`UPDATE ${table} SET unnest = repeat('long', 2000)`)
      }
      await follow('SELECT 1')
      for (const name of [...names, ...columns]) {
        await source.query(`UPDATE ${quoted(name)} SET "a.b" = 'new' WHERE "order" = '1'; INSERT INTO ${quoted(name)} VALUES (${values(`'3'`)}), (${values(`'4'`)});
          DELETE FROM ${quoted(name)} WHERE "order" IN ('2', '4'); UPDATE ${quoted(name)} SET net = NULL`)
      }
      await expectEqualAfter([...names, ...columns])
      expect(session!.live().tables.map(({ state }) => state)).not.toContain('errored')
    })

    it('of a schema that has the name of the file', async () => {
      await source.query('CREATE SCHEMA sales; CREATE TABLE sales.orders (id int PRIMARY KEY); INSERT INTO sales.orders VALUES (1)')
      await mkdir(folder.join(`${major}`))
      session = await openReplica(folder.path, source, { filePath: folder.join(`${major}`, 'sales.duckdb') })
      await session.whenCaughtUp()
      await source.query('INSERT INTO sales.orders VALUES (2)')
      await session.whenCaughtUp()
      expect(await replicaRows(session, 'SELECT * FROM sales.orders')).toEqual(['1', '2'])
    })
  })

  it("schemas that are called as Millrace's or DuckDB's own are followed beside them, and nothing of the file's own is touched", async () => {
    await source.query(`CREATE SCHEMA millrace; CREATE TABLE millrace.checkpoint (lsn text PRIMARY KEY); INSERT INTO millrace.checkpoint VALUES ('theirs')`)
    const taken = ['main', 'history', 'temp', 'system', 'memory', 'millrace_replica', 'scratch']
    for (const schema of taken) await source.query(`CREATE SCHEMA "${schema}"; CREATE TABLE "${schema}".t (id int PRIMARY KEY); INSERT INTO "${schema}".t VALUES (1)`)
    await follow('SELECT 1')
    await source.query(`INSERT INTO millrace.checkpoint VALUES ('more')`)
    for (const schema of taken) await source.query(`INSERT INTO "${schema}".t VALUES (2)`)
    await session!.whenCaughtUp()
    expect(await replicaRows(session!, 'SELECT * FROM millrace_source.checkpoint')).toEqual(['more', 'theirs'])
    for (const schema of taken) expect([schema, await replicaRows(session!, `SELECT * FROM ${schema}_source.t`)]).toEqual([schema, ['1', '2']])
    expect(await replicaRows(session!, 'SELECT count(*) FROM millrace.checkpoint')).toEqual(['1'])
  })

  it('a table without columns, or with generated ones only, stops nobody', async () => {
    await follow(`CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES; CREATE TABLE t (id int PRIMARY KEY);
      CREATE TABLE made (n int GENERATED ALWAYS AS (1) STORED); INSERT INTO made DEFAULT VALUES`)
    await source.query('INSERT INTO bare DEFAULT VALUES; INSERT INTO made DEFAULT VALUES; INSERT INTO t VALUES (1)')
    await expectEqualAfter(['t'])
    expect(session!.live().tables.map(({ name }) => name)).toEqual(['t'])
    expect(session!.live().state).toMatch(/following|catching-up/)
    expect(liveTable('t')?.state).toMatch(/ready|catching-up/)
  })
})
