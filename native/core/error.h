#pragma once
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace sidestep {

/// What the operating system refused: its `errno`, the call that was made and the file it was made on.
struct Refusal {
  int number;
  std::string call, path;
};

/// The one exception of the engine. `code` is stable (`native/what-is-wrong`); the words may change.
class Error : public std::exception {
 public:
  Error(std::string code, std::string message, std::string hint = {})
      : code_(std::move(code)), message_(std::move(message)), hint_(std::move(hint)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const std::optional<Refusal>& refusal() const noexcept { return refusal_; }

  /// The same error with what the system said: whoever shows it has words and advice for every errno.
  Error because(Refusal refusal) && {
    refusal_ = std::move(refusal);
    return std::move(*this);
  }

 private:
  std::string code_, message_, hint_;
  std::optional<Refusal> refusal_;
};

}  // namespace sidestep
