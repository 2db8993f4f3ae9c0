#pragma once
// Which bytes an op's operands take, for code that moves or checks them.
#include <cstddef>
#include <type_traits>
#include <vector>

#include "testing/op_operands.h"

namespace sidestep::testing {

/// From a tensor's first element to the end of its last, and all between.
struct ByteRange {
  std::byte *begin, *end;
  bool written;  ///< the op may write it

  size_t bytes() const { return static_cast<size_t>(end - begin); }
};

template <typename Pointer>
ByteRange bytes_of(const BasicTensor<Pointer>& t) {
  int64_t last = 0;
  for (int i = 0; i < t.rank(); ++i) last += (t.dim(i) - 1) * t.stride(i);
  auto* begin = static_cast<std::byte*>(const_cast<void*>(static_cast<const void*>(t.raw())));
  return {begin, begin + (last + 1) * static_cast<int64_t>(dtype_size(t.dtype())), std::is_same_v<Pointer, void*>};
}

template <typename Pointer, typename Body>
void each_given(BasicTensor<Pointer>& t, const Body& body) {
  if (t) body(t);
}
template <typename Pointer, typename Body>
void each_given(std::vector<BasicTensor<Pointer>>& list, const Body& body) {
  for (auto& t : list) each_given(t, body);
}

/// Calls `body` with every tensor of the op that is given, by reference.
template <typename Op, typename Body>
void each_operand(Op& op, const Body& body) {
  std::apply([&](auto&... operand) { (each_given(operand, body), ...); }, operands(op));
}

}  // namespace sidestep::testing
