/**
 * Every change of a table that docs/schema-changes.md lists, as SQL: what the integration tests do to a real source, and
 * what the document is held to.
 */

/** A change of the table `t`, which has rows 1 to 50 unless `before` says otherwise. */
export interface ColumnCase {
  /** The first cell of a row of docs/schema-changes.md, but for what stands in parentheses there. */
  row: string
  name: string
  before?: string
  change: string
  rowsBefore?: string
  rowsAfter?: string
  outcome: 'applied' | 'copied again' | 'none'
  /** What the first change is called. */
  words?: string
  /** The replica's columns afterwards. */
  columns: string
}

/** The table `t` as it is unless a case says otherwise. */
export const columnTable = `CREATE TABLE t (id int PRIMARY KEY, a text, b numeric(10,2), c varchar(20));
  INSERT INTO t SELECT n, 'a' || n, n / 4.0, 'c' || n FROM generate_series(1, 50) n`
export const columnRowsBefore = `INSERT INTO t (id, a) VALUES (60, 'before'); UPDATE t SET a = 'updated before' WHERE id < 10; DELETE FROM t WHERE id = 11`
export const columnRowsAfter = `INSERT INTO t (id) VALUES (70); UPDATE t SET id = id WHERE id BETWEEN 5 AND 15; DELETE FROM t WHERE id = 12; DELETE FROM t WHERE id = 60`

export const columnCases: readonly ColumnCase[] = [
  { row: 'column added, nullable or with a constant default', name: 'a nullable column is added', change: 'ALTER TABLE t ADD d int', outcome: 'applied', words: 'add column d integer', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { row: 'column added, nullable or with a constant default', name: 'a column with a constant default is added', change: `ALTER TABLE t ADD d numeric(12,2) NOT NULL DEFAULT 7.5, ADD e timestamptz DEFAULT '2001-02-03 04:05:06+00', ADD f text DEFAULT '', ADD g text[] DEFAULT '{"a,b",NULL}', ADD h bytea DEFAULT '\\x00ff'`, outcome: 'applied', words: 'add column d numeric(12,2) default 7.50', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d DECIMAL(12,2), e TIMESTAMP WITH TIME ZONE, f VARCHAR, g VARCHAR[], h BLOB' },
  { row: 'column added, nullable or with a constant default', name: 'a column is added, whose default changes afterwards', change: `ALTER TABLE t ADD d int DEFAULT 5; ALTER TABLE t ALTER d SET DEFAULT 6`, outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { row: 'column added, nullable or with a constant default', name: 'a column gets a default after it was added', change: `ALTER TABLE t ADD d int; ALTER TABLE t ALTER d SET DEFAULT 6`, outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { row: 'column added with a volatile default, an identity or a serial', name: 'a column with a volatile default is added', change: 'ALTER TABLE t ADD d double precision DEFAULT random()', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d DOUBLE' },
  { row: 'column added with a volatile default, an identity or a serial', name: 'an identity column is added', change: 'ALTER TABLE t ADD d bigint GENERATED ALWAYS AS IDENTITY', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d BIGINT' },
  { row: 'column dropped', name: 'a column is dropped', change: 'ALTER TABLE t DROP b', outcome: 'applied', words: 'drop column b', columns: 'id INTEGER, a VARCHAR, c VARCHAR' },
  { row: 'column renamed, columns that swap their names', name: 'a column is renamed', change: 'ALTER TABLE t RENAME a TO renamed', rowsAfter: `INSERT INTO t (id, renamed) VALUES (70, 'r')`, outcome: 'applied', words: 'rename column a to renamed', columns: 'id INTEGER, renamed VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'column renamed, columns that swap their names', name: 'two columns swap their names', change: 'ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME c TO a; ALTER TABLE t RENAME x TO c', rowsAfter: `INSERT INTO t (id, a, c) VALUES (70, 'was c', 'was a')`, outcome: 'applied', columns: 'id INTEGER, c VARCHAR, b DECIMAL(10,2), a VARCHAR' },
  { row: 'column renamed, columns that swap their names', name: 'the key is renamed', change: 'ALTER TABLE t RENAME id TO key', rowsAfter: `INSERT INTO t (key) VALUES (70); DELETE FROM t WHERE key = 3`, outcome: 'applied', columns: 'key INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'type widened without a rewrite', name: 'a type is widened without a rewrite', change: 'ALTER TABLE t ALTER b TYPE numeric(14,2), ALTER c TYPE text', outcome: 'applied', words: 'change type of b from numeric(10,2) to numeric(14,2)', columns: 'id INTEGER, a VARCHAR, b DECIMAL(14,2), c VARCHAR' },
  { row: 'type widened without a rewrite', name: 'a numeric loses its precision', change: 'ALTER TABLE t ALTER b TYPE numeric', outcome: 'applied', columns: 'id INTEGER, a VARCHAR, b VARCHAR, c VARCHAR' },
  { row: 'type changed with a rewrite', name: 'a type is changed with a rewrite', change: 'ALTER TABLE t ALTER b TYPE text USING b::text', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b VARCHAR, c VARCHAR' },
  { row: 'type changed with a rewrite', name: 'an integer is widened, by whatever expression', change: 'ALTER TABLE t ALTER id TYPE bigint USING id + 1000', outcome: 'copied again', columns: 'id BIGINT, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'values rewritten under the same type', name: 'values are rewritten and the type is the same', change: 'ALTER TABLE t ALTER b TYPE numeric(10,2) USING b * 2', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'column dropped and added again under the same name', name: 'a column is dropped and made anew at another place', change: 'ALTER TABLE t DROP a; ALTER TABLE t ADD a text', outcome: 'applied', columns: 'id INTEGER, b DECIMAL(10,2), c VARCHAR, a VARCHAR' },
  { row: 'column dropped, while another of the same type is added or renamed that may have had its name for a while', name: 'a column has the name of a dropped one for a row, and a new one has its own', before: `CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t SELECT n, 'a' || n, 'b' || n FROM generate_series(1, 50) n`, change: `ALTER TABLE t DROP a; ALTER TABLE t RENAME b TO a; ALTER TABLE t ADD b text; INSERT INTO t (id, a, b) VALUES (80, 'was b', 'new'); ALTER TABLE t DROP b; ALTER TABLE t RENAME a TO b`, rowsAfter: `INSERT INTO t (id, b) VALUES (70, 'b')`, outcome: 'copied again', columns: 'id INTEGER, b VARCHAR' },
  { row: 'column dropped, while another of the same type is added or renamed that may have had its name for a while', name: 'the last column is dropped and made anew, and then renamed', change: `ALTER TABLE t DROP c; ALTER TABLE t ADD c varchar(20); INSERT INTO t (id, c) VALUES (80, 'new'); ALTER TABLE t RENAME c TO d`, outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), d VARCHAR' },
  { row: 'column dropped, while another of the same type is added or renamed that may have had its name for a while', name: 'a column is dropped and made anew at its place', change: 'ALTER TABLE t DROP c; ALTER TABLE t ADD c varchar(20)', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'several of these at once', name: 'several things change at once', change: `ALTER TABLE t DROP b; ALTER TABLE t RENAME a TO z; ALTER TABLE t ADD d int DEFAULT 3; ALTER TABLE t ADD b boolean`, outcome: 'applied', columns: 'id INTEGER, z VARCHAR, c VARCHAR, d INTEGER, b BOOLEAN', rowsAfter: `INSERT INTO t (id, z) VALUES (70, 'z'); UPDATE t SET b = true WHERE id < 5` },
  { row: 'stored generated column added', name: 'a generated column is added and dropped', change: 'ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED; ALTER TABLE t DROP d', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'several of these at once, one of which asks for a copy', name: 'several things change at once, and one of them wants the rows anew', change: `ALTER TABLE t DROP c; ALTER TABLE t RENAME a TO z; ALTER TABLE t ADD d double precision DEFAULT random()`, outcome: 'copied again', columns: 'id INTEGER, z VARCHAR, b DECIMAL(10,2), d DOUBLE', rowsAfter: `INSERT INTO t (id, z) VALUES (70, 'z')` },
  { row: 'stored generated column added', name: 'a stored generated column is added', change: 'ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED', outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'generated column dropped, virtual one added', name: 'a generated column is dropped', before: `${columnTable}; ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED`, change: 'ALTER TABLE t DROP d', outcome: 'none', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
  { row: 'generated column becomes a plain one', name: 'a generated column becomes a plain one', before: `${columnTable}; ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED`, change: 'ALTER TABLE t ALTER d DROP EXPRESSION', rowsAfter: `INSERT INTO t (id, d) VALUES (70, 7); UPDATE t SET d = 8 WHERE id < 3`, outcome: 'copied again', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR, d INTEGER' },
  { row: 'default, NOT NULL, check, index, trigger, comment, statistics, collation', name: 'defaults, constraints, triggers, collations, comments, indexes and statistics change', change: `ALTER TABLE t ALTER a SET DEFAULT 'x', ALTER a SET NOT NULL, ADD CHECK (id > 0), ALTER c SET STATISTICS 5; CREATE INDEX ON t (a); COMMENT ON COLUMN t.a IS 'a'; ALTER TABLE t ALTER a TYPE text COLLATE "C"; CREATE TRIGGER unchanged BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); ANALYZE t`, rowsAfter: `INSERT INTO t (id) VALUES (70)`, outcome: 'none', columns: 'id INTEGER, a VARCHAR, b DECIMAL(10,2), c VARCHAR' },
]

/**
 * A change of tables that is more than one of columns. Names that end in `_N` are the case's own. `t_N` is the table
 * that the change is about.
 */
export interface TableCase {
  /** As in `ColumnCase`. */
  row: string
  name: string
  /** Servers that can do it; default: all. */
  from?: 18
  before: string
  /** One simple query each: VACUUM and CLUSTER bear no company. */
  change: string | readonly string[]
  outcome: 'applied' | 'copied again' | 'parked' | 'none'
  /** Those of which every row is compared; default: `t_N`. */
  compared?: readonly string[]
  /** Of a parked table: how many rows its copy keeps. */
  kept?: number
  /** What is written in the end, to see that the table is followed on. */
  after?: string
}

const items = `CREATE TABLE t_N (id int PRIMARY KEY, a text NOT NULL, m text); INSERT INTO t_N SELECT n, 'a' || n, NULL FROM generate_series(1, 20) n`
const writes = `INSERT INTO t_N VALUES (30, 'after', NULL); UPDATE t_N SET m = 'm' WHERE id < 5; DELETE FROM t_N WHERE id = 7`
const parts = `CREATE TABLE t_N (id int PRIMARY KEY, a text) PARTITION BY RANGE (id);
  CREATE TABLE t_first_N PARTITION OF t_N FOR VALUES FROM (0) TO (10); CREATE TABLE t_second_N PARTITION OF t_N FOR VALUES FROM (10) TO (20);
  INSERT INTO t_N VALUES (1, 'x'), (11, 'y')`
const moods = (column: string, value: string): string => `CREATE TYPE mood_N AS ENUM ('good', 'bad'); CREATE TYPE felt_N AS (m mood_N, n int);
  CREATE TABLE t_N (id int PRIMARY KEY, m ${column}); INSERT INTO t_N VALUES (1, ${value})`

/** The publication that sends every change; the file makes it under a name of its own. */
const inPublication = (change: string): string =>
  `DO $do$ BEGIN EXECUTE (SELECT format('ALTER PUBLICATION %I ${change}', pubname) FROM pg_publication WHERE pubname !~ '_inserts$'); END $do$`

export const tableCases: readonly TableCase[] = [
  { row: 'VACUUM FULL, CLUSTER, TRUNCATE', name: 'a table is vacuumed in full, clustered and emptied', before: items, change: ['VACUUM FULL t_N', 'CLUSTER t_N USING t_N_pkey', 'TRUNCATE t_N'], outcome: 'none', after: writes },
  { row: 'generated column dropped, virtual one added', name: 'a virtual generated column is added', from: 18, before: items, change: 'ALTER TABLE t_N ADD d int GENERATED ALWAYS AS (id * 2) VIRTUAL', outcome: 'none', after: writes },
  { row: 'table renamed or moved to another schema', name: 'a table is renamed', before: items.replaceAll('t_N', 'was_N'), change: `ALTER TABLE was_N RENAME TO t_N; INSERT INTO t_N VALUES (21, 'x')`, outcome: 'applied', after: writes },
  { row: 'table renamed or moved to another schema', name: 'a table is moved to another schema', before: `CREATE SCHEMA IF NOT EXISTS shop; ${items.replaceAll('t_N', 'shop.t_N')}`, change: `ALTER TABLE shop.t_N SET SCHEMA public; INSERT INTO t_N VALUES (21, 'x')`, outcome: 'applied', after: writes },
  { row: 'two tables that swap their names', name: 'two tables swap their names', before: `${items}; CREATE TABLE u_N (id int PRIMARY KEY, b int); INSERT INTO u_N VALUES (1, 2)`, change: `ALTER TABLE t_N RENAME TO passing_N; ALTER TABLE u_N RENAME TO t_N; ALTER TABLE passing_N RENAME TO u_N; INSERT INTO t_N VALUES (7, 8); DELETE FROM u_N WHERE id = 3`, compared: ['t_N', 'u_N'], outcome: 'applied', after: 'DELETE FROM t_N; DELETE FROM u_N WHERE id = 4' },
  { row: 'table dropped', name: 'a table is dropped', before: items, change: 'DROP TABLE t_N', compared: [], kept: 20, outcome: 'parked' },
  { row: 'table dropped and made anew under its name', name: 'a table is dropped and made anew', before: items, change: `DROP TABLE t_N; CREATE TABLE t_N (id int PRIMARY KEY, a text, m text, z int); INSERT INTO t_N VALUES (1, 'new', NULL, 2)`, outcome: 'copied again', after: `INSERT INTO t_N VALUES (2, 'new', NULL, 3); DELETE FROM t_N WHERE id = 1` },
  { row: 'primary key changed, replica identity changed while rows can still be told apart', name: 'a table gets another primary key', before: items, change: `ALTER TABLE t_N DROP CONSTRAINT t_N_pkey; ALTER TABLE t_N ADD PRIMARY KEY (a)`, outcome: 'applied', after: `UPDATE t_N SET id = 1; DELETE FROM t_N WHERE a = 'a3'` },
  { row: 'primary key changed, replica identity changed while rows can still be told apart', name: 'rows are identified by an index', before: items, change: `CREATE UNIQUE INDEX t_a_N ON t_N (a); ALTER TABLE t_N REPLICA IDENTITY USING INDEX t_a_N`, outcome: 'applied', after: `UPDATE t_N SET a = 'other' WHERE id = 2; ${writes}` },
  { row: 'primary key changed, replica identity changed while rows can still be told apart', name: 'rows are identified by all of their values', before: items, change: `ALTER TABLE t_N REPLICA IDENTITY FULL; ALTER TABLE t_N DROP CONSTRAINT t_N_pkey; INSERT INTO t_N VALUES (1, 'a1', NULL)`, outcome: 'applied', after: writes },
  { row: 'primary key or replica identity lost', name: 'a table loses its key', before: items, change: `ALTER TABLE t_N DROP CONSTRAINT t_N_pkey; INSERT INTO t_N VALUES (1, 'twice', NULL)`, outcome: 'applied', after: `INSERT INTO t_N VALUES (1, 'thrice', NULL)` },
  { row: 'primary key or replica identity lost', name: 'the replica identity becomes nothing', before: items, change: `ALTER TABLE t_N REPLICA IDENTITY NOTHING; INSERT INTO t_N VALUES (21, 'more', NULL)`, outcome: 'applied', after: `INSERT INTO t_N VALUES (22, 'more', NULL)` },
  { row: 'primary key or replica identity lost', name: 'the index by which rows are identified is dropped', before: `${items}; CREATE UNIQUE INDEX t_a_N ON t_N (a); ALTER TABLE t_N REPLICA IDENTITY USING INDEX t_a_N`, change: 'DROP INDEX t_a_N', outcome: 'applied', after: `INSERT INTO t_N VALUES (22, 'a1', NULL)` },
  { row: 'primary key or replica identity gained', name: 'a table gets a key', before: items.replace(' PRIMARY KEY', ''), change: 'UPDATE t_N SET id = id + 100; ALTER TABLE t_N ADD PRIMARY KEY (id)', outcome: 'copied again', after: `UPDATE t_N SET m = 'm' WHERE id < 105` },
  { row: 'primary key or replica identity gained', name: 'the replica identity was nothing', before: `${items}; ALTER TABLE t_N REPLICA IDENTITY NOTHING`, change: 'ALTER TABLE t_N REPLICA IDENTITY DEFAULT', outcome: 'copied again', after: writes },
  { row: 'partition made, or an empty one attached', name: 'a partition is made', before: parts, change: 'CREATE TABLE t_third_N PARTITION OF t_N FOR VALUES FROM (20) TO (30); INSERT INTO t_N VALUES (21)', outcome: 'none' },
  { row: 'partition made, or an empty one attached', name: 'an empty partition is attached', before: parts, change: 'CREATE TABLE t_third_N (LIKE t_N); ALTER TABLE t_N ATTACH PARTITION t_third_N FOR VALUES FROM (20) TO (30)', outcome: 'none', after: 'INSERT INTO t_N VALUES (21)' },
  { row: 'partition with rows attached, partition detached or dropped', name: 'a partition with rows is attached', before: parts, change: 'CREATE TABLE t_third_N (LIKE t_N); INSERT INTO t_third_N VALUES (21); ALTER TABLE t_N ATTACH PARTITION t_third_N FOR VALUES FROM (20) TO (30)', outcome: 'copied again', after: 'UPDATE t_N SET id = id + 1' },
  { row: 'partition with rows attached, partition detached or dropped', name: 'a partition is detached', before: parts, change: 'ALTER TABLE t_N DETACH PARTITION t_first_N', outcome: 'copied again', after: 'INSERT INTO t_N VALUES (12)' },
  { row: 'partition with rows attached, partition detached or dropped', name: 'a partition is dropped', before: parts, change: 'DROP TABLE t_second_N', outcome: 'copied again', after: 'INSERT INTO t_N VALUES (2)' },
  { row: 'partition emptied or written anew by TRUNCATE, VACUUM FULL or CLUSTER, by itself or with its root', name: 'a partition is truncated and written to', before: parts, change: `TRUNCATE t_first_N; INSERT INTO t_N VALUES (2, 'after')`, outcome: 'copied again', after: 'UPDATE t_N SET id = id + 1' },
  { row: 'partition emptied or written anew by TRUNCATE, VACUUM FULL or CLUSTER, by itself or with its root', name: 'a partition is vacuumed in full', before: parts, change: ['VACUUM FULL t_first_N'], outcome: 'copied again', after: 'INSERT INTO t_N VALUES (2)' },
  { row: 'partition emptied or written anew by TRUNCATE, VACUUM FULL or CLUSTER, by itself or with its root', name: 'a partitioned table is truncated, then one of its partitions', before: parts, change: `TRUNCATE t_N; INSERT INTO t_N VALUES (3, 'lost'), (12, 'kept'); TRUNCATE t_first_N`, outcome: 'copied again', after: 'INSERT INTO t_N VALUES (2)' },
  { row: 'enum value added', name: 'a label of an enum is added', before: moods('mood_N', `'good'`), change: [`ALTER TYPE mood_N ADD VALUE 'so so'`, `INSERT INTO t_N VALUES (2, 'so so')`], outcome: 'none' },
  { row: 'enum value renamed', name: 'a label of an enum is renamed', before: moods('mood_N', `'good'`), change: `ALTER TYPE mood_N RENAME VALUE 'good' TO 'better'`, outcome: 'applied', after: `INSERT INTO t_N VALUES (2, 'better')` },
  { row: 'enum value renamed, where the old name is a label again, or the enum stands in an array or a row type', name: 'a label of an enum is renamed and its old name used again', before: moods('mood_N', `'good'`), change: [`ALTER TYPE mood_N RENAME VALUE 'good' TO 'better'; ALTER TYPE mood_N ADD VALUE 'good'`, `INSERT INTO t_N VALUES (2, 'good')`], outcome: 'copied again' },
  { row: 'enum value renamed, where the old name is a label again, or the enum stands in an array or a row type', name: 'a label is renamed of an enum that stands in an array', before: moods('mood_N[]', `'{good,bad}'`), change: `ALTER TYPE mood_N RENAME VALUE 'good' TO 'better'`, outcome: 'copied again', after: `INSERT INTO t_N VALUES (2, '{better}')` },
  { row: 'enum value renamed, where the old name is a label again, or the enum stands in an array or a row type', name: 'a label is renamed of an enum that stands in a row type', before: moods('felt_N', `'(good,1)'`), change: `ALTER TYPE mood_N RENAME VALUE 'good' TO 'better'`, outcome: 'copied again', after: `INSERT INTO t_N VALUES (2, '(better,2)')` },
  { row: 'attribute of a row type added or dropped', name: 'a row type gets another attribute', before: moods('felt_N', `'(good,1)'`), change: 'ALTER TYPE felt_N ADD ATTRIBUTE o int', outcome: 'copied again', after: `INSERT INTO t_N VALUES (2, '(bad,2,3)')` },
  { row: 'attribute of a row type added or dropped', name: 'a row type loses an attribute', before: moods('felt_N', `'(good,1)'`), change: 'ALTER TYPE felt_N DROP ATTRIBUTE m', outcome: 'copied again', after: `INSERT INTO t_N VALUES (2, '(2)')` },
  { row: 'table taken out of the publication, a row filter or column list put on it', name: 'a table is taken out of the publication', before: items, change: inPublication('DROP TABLE t_N'), compared: [], kept: 20, outcome: 'parked' },
  { row: 'table taken out of the publication, a row filter or column list put on it', name: 'a row filter is put on a table', before: items, change: `${inPublication('DROP TABLE t_N')}; ${inPublication('ADD TABLE t_N WHERE (id > 5)')}`, compared: [], kept: 20, outcome: 'parked' },
  { row: 'table taken out of the publication, a row filter or column list put on it', name: 'a column list is put on a table', before: items, change: `${inPublication('DROP TABLE t_N')}; ${inPublication('ADD TABLE t_N (id, a)')}`, compared: [], kept: 20, outcome: 'parked' },
  { row: 'table taken out of the publication and put back between two looks', name: 'a table is taken out of the publication, written to, and put back', before: items, change: `${inPublication('DROP TABLE t_N')}; INSERT INTO t_N VALUES (21, 'not sent', NULL); ${inPublication('ADD TABLE t_N')}`, outcome: 'copied again', after: writes },
  { row: 'every column dropped', name: 'every column is dropped', before: items, change: 'ALTER TABLE t_N DROP id, DROP a, DROP m; INSERT INTO t_N DEFAULT VALUES', compared: [], kept: 20, outcome: 'parked' },
  { row: 'columns changed more than once before Millrace could ask, so that they cannot be matched', name: 'a column gets the name of a dropped one for a row, and another one then', before: items, change: `ALTER TABLE t_N DROP a; ALTER TABLE t_N RENAME m TO a; INSERT INTO t_N VALUES (21, 'm'); ALTER TABLE t_N RENAME a TO o`, outcome: 'copied again', after: `UPDATE t_N SET o = 'o' WHERE id < 5` },
  { row: 'columns changed more than once before Millrace could ask, so that they cannot be matched', name: 'a column is renamed twice, with a row in between', before: items, change: `ALTER TABLE t_N RENAME m TO n; INSERT INTO t_N (id, a, n) VALUES (21, 'x', 'n'); ALTER TABLE t_N RENAME n TO o`, outcome: 'copied again', after: writes.replaceAll('m =', 'o =') },
]
