#include "ops/check.h"

#include "core/error.h"

namespace sidestep {

namespace {

std::string device_words(Device device) {
  switch (device.kind) {
    case DeviceKind::cpu: return "cpu";
    case DeviceKind::cuda: return "cuda:" + std::to_string(device.index);
    case DeviceKind::plan: return "plan";
  }
  return "unknown device";
}

}  // namespace

void OpCheck::fail(const char* code, std::string_view argument, const std::string& expected, const std::string& found) const {
  throw Error(code, std::string(op_) + ": " + std::string(argument) + ": expected " + expected + ", found " + found,
              "The caller passed tensors this operation cannot combine; this is a defect of the engine unless the "
              "tensors come from a file of yours.");
}

void OpCheck::refuse(std::string_view argument, const std::string& expectation) const {
  fail("native/argument-invalid", argument, expectation, "something else");
}

void OpCheck::given(std::string_view argument, const ConstTensor& t) const {
  if (!t) fail("native/argument-missing", argument, "a tensor", "none");
  if (!(t.device() == device_)) fail("native/device-mismatch", argument, device_words(device_), device_words(t.device()));
}

void OpCheck::shape(std::string_view argument, const ConstTensor& t, const Shape& expected) const {
  given(argument, t);
  if (!(t.shape() == expected)) {
    fail("native/shape-mismatch", argument, "shape " + expected.to_string(), t.shape().to_string());
  }
}

void OpCheck::rank(std::string_view argument, const ConstTensor& t, int expected) const {
  given(argument, t);
  if (t.rank() != expected) {
    fail("native/shape-mismatch", argument, std::to_string(expected) + " dimensions", t.shape().to_string());
  }
}

void OpCheck::dtype(std::string_view argument, const ConstTensor& t, DType expected) const {
  if (t.dtype() != expected) {
    fail("native/dtype-mismatch", argument, std::string(dtype_name(expected)), std::string(dtype_name(t.dtype())));
  }
}

void OpCheck::floating(std::string_view argument, const ConstTensor& t) const {
  if (t.dtype() == DType::f32 || t.dtype() == DType::bf16 || t.dtype() == DType::f16) return;
  fail("native/dtype-mismatch", argument, "F32, BF16 or F16", std::string(dtype_name(t.dtype())));
}

void OpCheck::contiguous(std::string_view argument, const ConstTensor& t) const {
  if (!t.contiguous()) {
    fail("native/layout-mismatch", argument, "contiguous elements", "strides " + t.strides().to_string());
  }
}

void OpCheck::dense_rows(std::string_view argument, const ConstTensor& t) const {
  if (t.rank() == 0 || t.dim(-1) <= 1 || t.stride(-1) == 1) return;
  fail("native/layout-mismatch", argument, "last dimension of stride 1", "strides " + t.strides().to_string());
}

}  // namespace sidestep
