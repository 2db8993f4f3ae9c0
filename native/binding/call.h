#pragma once
#include <napi.h>

namespace sidestep::binding {

/// call(method: string, params_json: string, inputs: {[name]: {dtype, shape, data}}, on_event: (json: string) => void,
///      token: CancelToken) → Promise<{result: string, outputs: {[name]: {dtype, shape, data}}}>
/// Runs the method on a libuv thread. Rejects with an Error carrying `code` and `hint`.
Napi::Value call(const Napi::CallbackInfo& info);

/// cancel_token() → an object for call; cancel(token) makes the call that got it stop at its next check.
Napi::Value cancel_token(const Napi::CallbackInfo& info);
Napi::Value cancel(const Napi::CallbackInfo& info);

}  // namespace sidestep::binding
