import { constants, DatabaseSync } from "node:sqlite";
import { afterEach, expect, it, vi } from "vitest";
import { SqliteConnection } from "./connection.ts";

afterEach(() => vi.restoreAllMocks());

it("compiles a statement once, whatever its limits are", () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  const connection = new SqliteConnection(":memory:");
  connection.execute("create table numbers (id integer primary key)");
  for (const id of [1, 2, 3]) connection.execute("insert into numbers (id) values (?)", [id]);
  const isCompiled = vi.fn(() => constants.SQLITE_OK);
  const [database] = prepare.mock.contexts;
  if (!(database instanceof DatabaseSync)) throw new TypeError("a database was asked for");
  database.setAuthorizer(isCompiled);
  const read = (limit: number) =>
    connection.execute("select id from (select id from numbers order by id desc limit ?) limit ?", [limit, 2])
      .rows;

  expect(read(1)).toEqual([{ id: 3 }]);
  isCompiled.mockClear();

  expect(read(3)).toEqual([{ id: 3 }, { id: 2 }]);
  expect(isCompiled).not.toHaveBeenCalled();
  connection.close();
});
