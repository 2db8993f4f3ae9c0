#pragma once
#include <string>
#include <utility>

#include "core/error.h"

namespace sidestep {

/// What the operating system refused: its `errno`, the call that was made and the file it was made on.
struct Refusal {
  int number;
  std::string call, path;
};

/// An Error of the system's doing: whoever shows it has words and advice for every errno.
class SystemError : public Error {
 public:
  SystemError(Error error, Refusal refusal) : Error(std::move(error)), refusal_(std::move(refusal)) {}

  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Refusal refusal_;
};

}  // namespace sidestep
