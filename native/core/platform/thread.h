#pragma once

namespace sidestep::platform {

/// Calls `release(what)` when the calling thread ends, the last one first. Destructors of thread_local variables are no way to
/// free what a thread holds: MinGW's variables are gone before their destructors run.
void at_thread_exit(void* what, void (*release)(void*));

}  // namespace sidestep::platform
