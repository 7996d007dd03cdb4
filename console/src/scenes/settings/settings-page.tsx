import { Outlet } from "react-router";

export function SettingsPage() {
  return <Outlet />;
}
