#pragma once
#include <chrono>
#include <string_view>

#include "core/stream.h"
#include "ops/backend.h"

namespace sidestep {

/// What every op's public function ends with, after its checks: run on the stream's backend and tally the cost.
template <typename Op>
void dispatch(std::string_view name, void (*Backend::*function)(const Op&, Stream&), const Op& op, const Cost& cost,
              Stream& stream) {
  const auto implementation = stream.backend().*function;
  if (stream.tally() == nullptr) {
    implementation(op, stream);
    return;
  }
  stream.synchronize();  // a card's queue: the time is this op's alone
  const auto begin = std::chrono::steady_clock::now();
  implementation(op, stream);
  stream.synchronize();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  stream.tally()->add(name, cost, elapsed.count());
}

}  // namespace sidestep
