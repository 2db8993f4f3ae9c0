#pragma once
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace sidestep {

/// The errno that means what the system said: Windows counts its errors otherwise.
inline int errno_of(const std::error_code& code) { return code.default_error_condition().value(); }

/// What the operating system refused: its `errno`, the call that was made and the file it was made on.
struct Refusal {
  int number;
  std::string call, path;
};

/// An Error that the system caused: the code that shows it has words and advice for every errno.
class SystemError : public Error {
 public:
  SystemError(Error error, Refusal refusal) : Error(std::move(error)), refusal_(std::move(refusal)) {}

  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Refusal refusal_;
};

}  // namespace sidestep
