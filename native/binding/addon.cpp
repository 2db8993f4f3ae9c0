#include <napi.h>

#include "binding/call.h"
#include "core/platform/process.h"
#include "core/version.h"

namespace sidestep::binding {

namespace {

Napi::Value die_with_parent(const Napi::CallbackInfo& info) {
  platform::end_with_parent();
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
