#pragma once
#include <any>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/error.h"
#include "core/json.h"

namespace sidestep::binding {

/// Models that JavaScript holds open, by number. A number can be stale or made up without harm: every use looks it up.
/// A model in use stays alive until that call returns, even when it is closed meanwhile.
class Handles {
 public:
  static Handles& instance();

  template <typename T>
  int64_t add(std::shared_ptr<T> object, std::string kind) {
    const std::lock_guard lock(mutex_);
    entries_.emplace(++last_, Entry{std::move(object), std::move(kind)});
    return last_;
  }

  /// Throws native/handle-closed, or native/handle-kind when the number names another kind of object.
  template <typename T>
  std::shared_ptr<T> get(int64_t id, const std::string& kind) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end())
      throw Error("native/handle-closed", "This " + kind + " is closed", "Open it again before using it.");
    if (found->second.kind != kind)
      throw Error("native/handle-kind", "Expected a " + kind + " but found a " + found->second.kind);
    return std::static_pointer_cast<T>(found->second.object);
  }

  /// What the number names, or "" when it is closed.
  std::string kind_of(int64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    return found == entries_.end() ? "" : found->second.kind;
  }

  /// Throws native/handle-closed when it is closed already.
  void close(int64_t id);

 private:
  struct Entry {
    std::shared_ptr<void> object;
    std::string kind;
  };
  std::mutex mutex_;
  std::map<int64_t, Entry> entries_;
  int64_t last_ = 0;
};

}  // namespace sidestep::binding
