#pragma once
#include <cstddef>
#include <functional>

namespace sidestep {

/// What this thread does, while the scope lives, when a card has no memory left for it: `relief` gives something back and returns
/// true, and the card is asked again; false where nothing is left to give, and native/out-of-memory is thrown. It is given the
/// bytes that were refused, may wait for the card and may free memory, but not ask for any. The innermost scope is asked.
class ReliefScope {
 public:
  using Relief = std::function<bool(size_t bytes)>;
  explicit ReliefScope(Relief relief);
  ~ReliefScope();
  ReliefScope(const ReliefScope&) = delete;
  ReliefScope& operator=(const ReliefScope&) = delete;

 private:
  friend bool relieve(size_t bytes);
  Relief relief_;
  ReliefScope* outer_;
};

/// Asks this thread's innermost scope. False without one, and from within one.
bool relieve(size_t bytes);

}  // namespace sidestep
