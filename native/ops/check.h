#pragma once
#include <string>
#include <string_view>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// What every op's public function begins with: checks whose errors name the op, the argument, expectation and finding.
/// Throws native/shape-mismatch, native/dtype-mismatch, native/layout-mismatch, native/device-mismatch,
/// native/argument-missing, native/argument-invalid.
class OpCheck {
 public:
  OpCheck(std::string_view op, const Stream& stream) : op_(op), device_(stream.device()) {}

  /// Given, on the stream's device, of this shape.
  void shape(std::string_view argument, const ConstTensor& t, const Shape& expected) const;
  /// Given, on the stream's device, of this rank.
  void rank(std::string_view argument, const ConstTensor& t, int expected) const;
  void dtype(std::string_view argument, const ConstTensor& t, DType expected) const;
  /// f32, bf16 or f16.
  void floating(std::string_view argument, const ConstTensor& t) const;
  void contiguous(std::string_view argument, const ConstTensor& t) const;
  /// The last dimension has stride 1 (or extent 1).
  void dense_rows(std::string_view argument, const ConstTensor& t) const;
  /// Any other precondition that does not hold, in words: "expected ...".
  [[noreturn]] void refuse(std::string_view argument, const std::string& expectation) const;

 private:
  void given(std::string_view argument, const ConstTensor& t) const;
  [[noreturn]] void fail(const char* code, std::string_view argument, const std::string& expected,
                         const std::string& found) const;

  std::string_view op_;
  Device device_;
};

}  // namespace sidestep
