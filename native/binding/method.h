#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/tensor.h"

namespace sidestep::binding {

/// A call from JavaScript as the engine sees it: plain data, no Node in sight. Runs on a libuv thread.
struct Request {
  Json params;                                ///< validated in TypeScript; wrong types still throw native/json-*
  std::map<std::string, ConstTensor> inputs;  ///< views of the caller's typed arrays, alive until the call ends
  std::function<void(const Json&)> emit;      ///< progress, delivered to JavaScript in order
  const std::atomic<bool>& cancelled;         ///< set by the caller; long work polls it and throws native/cancelled

  /// The input called `name` with this dtype and rank; throws native/input-missing or native/shape-mismatch.
  ConstTensor input(const std::string& name, DType dtype, int rank) const;
};

struct Response {
  Json result;
  std::vector<std::pair<std::string, Storage>> outputs;
};

/// One function JavaScript may call. Registered at start-up, one file per area:
///   static const Method encode{"encode_audio", [](const Request& request) -> Response { … }};
struct Method {
  using Function = Response (*)(const Request&);
  Method(const char* name, Function function);
};

/// Throws native/method-unknown.
Method::Function find_method(const std::string& name);

}  // namespace sidestep::binding
