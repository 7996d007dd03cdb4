import { Form, type FormProps } from "antd";
import { useEffect } from "react";

/**
 * What makes a form one of what the server keeps. It shows what others save, until somebody writes in it; the values
 * must be the same object as long as they are the same.
 */
export function useFollowingForm<Fields>(
  initialValues: Fields & object,
): Pick<FormProps<Fields>, "form" | "initialValues"> {
  const [form] = Form.useForm<Fields>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: values that are others are what is followed
  useEffect(() => {
    if (!form.isFieldsTouched()) form.resetFields();
  }, [form, initialValues]);
  return { form, initialValues };
}
