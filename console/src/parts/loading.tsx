import { Skeleton } from "antd";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";

/** While something is fetched. */
export function Loading({ isWholePage = false }: { isWholePage?: boolean }) {
  const t = useWords(commonWords);
  return (
    <div role="status" aria-label={t("loading")} className={isWholePage ? "loading-page" : "loading"}>
      <Skeleton active title={isWholePage} paragraph={{ rows: isWholePage ? 6 : 3 }} />
    </div>
  );
}
