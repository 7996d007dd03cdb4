import ArrowDownOutlined from "@ant-design/icons/es/icons/ArrowDownOutlined";
import ArrowUpOutlined from "@ant-design/icons/es/icons/ArrowUpOutlined";
import DeleteOutlined from "@ant-design/icons/es/icons/DeleteOutlined";
import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button } from "antd";
import { type ReactNode, useRef } from "react";
import { useWords } from "../../../text/words.ts";
import { useEditedDraft } from "./draft-context.ts";
import { editorWords } from "./text.ts";
import "./editable-list.css";

/** A list whose members are changed, put into another order, added and removed; with the keyboard alike. */
export function EditableList<Item>({
  items,
  onChange,
  nameOf,
  render,
  make,
  addText,
  emptyText,
  isCompact = false,
  most = 100,
}: {
  items: readonly Item[];
  onChange(items: Item[]): void;
  /** What a member is called for people: `Variable 2`. */
  nameOf(index: number): string;
  render(item: Item, index: number, change: (item: Item) => void): ReactNode;
  make(): Item;
  addText: string;
  emptyText?: string;
  /** Whether a member is one line. */
  isCompact?: boolean;
  most?: number;
}) {
  const t = useWords(editorWords);
  const { isReadOnly } = useEditedDraft();
  const root = useRef<HTMLDivElement>(null);
  /** Once it is shown: the first of these that can be pressed. */
  const focus = (...buttons: string[]) =>
    requestAnimationFrame(() => {
      const found = buttons.map((button) =>
        root.current?.querySelector<HTMLElement>(`${button}:not(:disabled)`),
      );
      found.find((button) => button != null)?.focus();
    });
  const move = (from: number, to: number) => {
    const moved = items.toSpliced(from, 1).toSpliced(to, 0, ...items.slice(from, from + 1));
    onChange(moved);
    const row = `[data-index="${to}"]`;
    focus(`${row} [data-move="${from > to ? "up" : "down"}"]`, `${row} [data-move]`);
  };
  const remove = (index: number) => {
    onChange(items.toSpliced(index, 1));
    focus(`[data-index="${index}"] [data-remove]`, "[data-add]");
  };
  return (
    <div className="editable-list" ref={root}>
      {items.length === 0 && emptyText !== undefined && <p className="editable-list-empty">{emptyText}</p>}
      {items.map((item, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: members have no name of their own while they are written
          key={index}
          aria-label={nameOf(index)}
          data-index={index}
          className={isCompact ? "editable-row editable-row-compact" : "editable-row"}
        >
          <div className="editable-row-body">
            {render(item, index, (changed) => onChange(items.with(index, changed)))}
          </div>
          {!isReadOnly && (
            <div className="editable-row-actions">
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined />}
                data-move="up"
                aria-label={`${t("moveUp")}: ${nameOf(index)}`}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined />}
                data-move="down"
                aria-label={`${t("moveDown")}: ${nameOf(index)}`}
                disabled={index === items.length - 1}
                onClick={() => move(index, index + 1)}
              />
              <Button
                type="text"
                size="small"
                danger
                data-remove
                icon={<DeleteOutlined />}
                aria-label={`${t("remove")}: ${nameOf(index)}`}
                onClick={() => remove(index)}
              />
            </div>
          )}
        </fieldset>
      ))}
      {!isReadOnly && items.length < most && (
        <Button type="dashed" data-add icon={<PlusOutlined />} onClick={() => onChange([...items, make()])}>
          {addText}
        </Button>
      )}
    </div>
  );
}
