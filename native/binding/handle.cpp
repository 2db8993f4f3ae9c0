#include "binding/handle.h"

#include "binding/method.h"

namespace sidestep::binding {

Handles& Handles::instance() {
  static Handles handles;
  return handles;
}

void Handles::close(int64_t id) {
  std::shared_ptr<void> last;  // freed outside the lock: releasing a large model takes a while
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) throw Error("native/handle-closed", "This handle is closed already");
    last = std::move(found->second.object);
    entries_.erase(found);
  }
}

static const Method close_method{"close", [](const Request& request) -> Response {
                                   Handles::instance().close(request.params.at("handle").as_int());
                                   return {};
                                 }};

}  // namespace sidestep::binding
