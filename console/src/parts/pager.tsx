import LeftOutlined from "@ant-design/icons/es/icons/LeftOutlined";
import RightOutlined from "@ant-design/icons/es/icons/RightOutlined";
import { Button } from "antd";
import type { ReactNode } from "react";

/** One of several at a time: the one before, where one is, the next. */
export function Pager({
  index,
  count,
  previous,
  next,
  onShow,
  children,
}: {
  index: number;
  count: number;
  /** What the buttons are called. */
  previous: string;
  next: string;
  onShow(index: number): void;
  /** Where one is. */
  children: ReactNode;
}) {
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={<LeftOutlined />}
        aria-label={previous}
        disabled={index === 0}
        onClick={() => onShow(index - 1)}
      />
      {children}
      <Button
        type="text"
        size="small"
        icon={<RightOutlined />}
        aria-label={next}
        disabled={index === count - 1}
        onClick={() => onShow(index + 1)}
      />
    </>
  );
}
