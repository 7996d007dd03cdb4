import { Link } from "react-router";
import icon from "../styles/icon.svg";

export function Logo() {
  return (
    <Link to="/" className="shell-logo">
      <img src={icon} alt="" width={24} height={24} />
      <span>Antiphon</span>
    </Link>
  );
}
