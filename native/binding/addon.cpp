#include <napi.h>

#if defined(__linux__)
#include <csignal>
#include <sys/prctl.h>
#endif

#include "binding/call.h"
#include "core/version.h"

namespace sidestep::binding {

namespace {

/// Asks the kernel to kill this process when its parent dies: a worker inside a long native call cannot notice by itself.
Napi::Value die_with_parent(const Napi::CallbackInfo& info) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("binding_version", kBindingVersion);
  exports.Set("numerics_version", kNumericsVersion);
  exports.Set("call", Napi::Function::New(env, call, "call"));
  exports.Set("cancel_token", Napi::Function::New(env, cancel_token, "cancel_token"));
  exports.Set("cancel", Napi::Function::New(env, cancel, "cancel"));
  exports.Set("die_with_parent", Napi::Function::New(env, die_with_parent, "die_with_parent"));
  return exports;
}

}  // namespace

}  // namespace sidestep::binding

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return sidestep::binding::init(env, exports); }
NODE_API_MODULE(sidestep, Init)
