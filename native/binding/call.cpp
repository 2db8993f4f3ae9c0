#include "binding/call.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>

#include "binding/method.h"
#include "binding/tensor_value.h"
#include "core/path_text.h"
#include "core/system_error.h"

namespace sidestep::binding {

namespace {

using CancelFlag = std::shared_ptr<std::atomic<bool>>;
constexpr napi_type_tag kCancelTag{0x5349444553544550ULL, 0x43414e43454c3031ULL};

Napi::Error js_error(Napi::Env env, const Error& error) {
  Napi::Error js = Napi::Error::New(env, error.message());
  js.Set("code", Napi::String::New(env, error.code()));
  if (!error.hint().empty()) js.Set("hint", Napi::String::New(env, error.hint()));
  return js;
}

/// The same with what the system refused, as Node's own errors have it: src/base/accident.ts has the words.
Napi::Error js_error(Napi::Env env, const Error& error, const std::optional<Refusal>& refusal) {
  Napi::Error js = js_error(env, error);
  if (!refusal) return js;
  js.Set("errno", Napi::Number::New(env, -refusal->number));
  js.Set("syscall", Napi::String::New(env, refusal->call));
  js.Set("path", Napi::String::New(env, refusal->path));
  return js;
}

/// One call in flight. Construction and completion happen on the JavaScript thread, Execute on a libuv thread.
class Call : public Napi::AsyncWorker {
 public:
  Call(Napi::Env env, const std::string& method, Json params, const Napi::Object& inputs, const Napi::Function& on_event,
       CancelFlag cancelled)
      : Napi::AsyncWorker(env, "sidestep_call"),
        deferred_(Napi::Promise::Deferred::New(env)),
        function_(find_method(method)),
        params_(std::move(params)),
        cancelled_(std::move(cancelled)),
        inputs_reference_(Napi::Persistent(inputs)) {
    const Napi::Array names = inputs.GetPropertyNames();
    for (uint32_t i = 0; i < names.Length(); ++i) {
      const std::string name = Napi::Value(names[i]).ToString().Utf8Value();
      const Napi::Value value = inputs.Get(name);
      inputs_.emplace(name, tensor_from_value(name, value));
      // The array itself, not only the object that names it: the caller may reassign `data` while we read.
      arrays_.push_back(Napi::Persistent(value.As<Napi::Object>().Get("data").As<Napi::Object>()));
    }
    events_ = Napi::ThreadSafeFunction::New(env, on_event, "sidestep_events", 0, 1);
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {  // libuv thread: no napi calls in here
    try {
      response_ = function_(Request{params_, inputs_, [this](const Json& event) { emit(event); }, *cancelled_});
    } catch (const SystemError& error) {
      refusal_ = error.refusal();
      fail(error);
    } catch (const Error& error) {
      fail(error);
    } catch (const std::bad_alloc&) {
      fail(Error("native/out-of-memory", "Not enough memory on the host",
                 "Close other programs, or lower batch_size, rank or the length of the audio."));
    } catch (const std::filesystem::filesystem_error& refused) {
      refusal_ = {.number = errno_of(refused.code()), .call = "stat", .path = utf8_of(refused.path1())};
      fail(Error("native/file-unreadable",
                 "Could not reach " + utf8_of(refused.path1()) + ": " + std::strerror(errno_of(refused.code()))));
    } catch (const std::exception& bug) {
      fail(Error("native/internal", std::string("Unexpected failure in the engine: ") + bug.what(),
                 "This is a bug in sidestep: please report it with the stage's log."));
    }
  }

  void OnOK() override {
    events_.Release();
    const Napi::HandleScope scope(Env());
    try {
      Napi::Object outputs = Napi::Object::New(Env());
      for (const auto& [name, storage] : response_.outputs) outputs.Set(name, value_from_tensor(Env(), storage));
      Napi::Object value = Napi::Object::New(Env());
      value.Set("result", response_.result.dump());
      value.Set("outputs", outputs);
      deferred_.Resolve(value);
    } catch (const Error& error) {
      deferred_.Reject(js_error(Env(), error).Value());
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error&) override {
    events_.Release();
    deferred_.Reject(js_error(Env(), *error_, refusal_).Value());
  }

 private:
  void fail(const Error& error) {
    error_ = error;
    SetError(error.what());
  }

  void emit(const Json& event) {
    auto* text = new std::string(event.dump());  // owned by the callback below
    const auto deliver = [](Napi::Env env, Napi::Function callback, std::string* owned) {
      const std::unique_ptr<std::string> line(owned);
      if (env != nullptr && callback != nullptr) callback.Call({Napi::String::New(env, *line)});
    };
    if (events_.BlockingCall(text, deliver) != napi_ok) delete text;
  }

  Napi::Promise::Deferred deferred_;
  Method::Function function_;
  Json params_;
  CancelFlag cancelled_;
  Napi::ObjectReference inputs_reference_;
  std::vector<Napi::ObjectReference> arrays_;
  std::map<std::string, ConstTensor> inputs_;
  Napi::ThreadSafeFunction events_;
  Response response_;
  std::optional<Error> error_;
  std::optional<Refusal> refusal_;
};

CancelFlag flag_of(const Napi::Value& value) {
  if (!value.IsExternal() || !value.As<Napi::External<CancelFlag>>().CheckTypeTag(&kCancelTag))
    throw Error("native/argument-type", "Expected a token made by cancel_token()");
  return *value.As<Napi::External<CancelFlag>>().Data();
}

void expect_arguments(const Napi::CallbackInfo& info) {
  if (info.Length() < 5 || !info[0].IsString() || !info[1].IsString() || !info[2].IsObject() || !info[3].IsFunction())
    throw Error("native/argument-type", "Expected call(method, params_json, inputs, on_event, token)");
}

/// Turns the engine's errors into JavaScript ones for a function that answers at once.
template <typename Body>
Napi::Value guarded(const Napi::CallbackInfo& info, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    js_error(info.Env(), error).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
}

}  // namespace

Napi::Value call(const Napi::CallbackInfo& info) {
  return guarded(info, [&]() -> Napi::Value {
    expect_arguments(info);
    Json params = Json::parse(info[1].As<Napi::String>().Utf8Value(), "params of " + info[0].As<Napi::String>().Utf8Value());
    auto worker = std::make_unique<Call>(info.Env(), info[0].As<Napi::String>(), std::move(params), info[2].As<Napi::Object>(),
                                         info[3].As<Napi::Function>(), flag_of(info[4]));
    const Napi::Promise promise = worker->promise();
    worker.release()->Queue();  // deletes itself after OnOK or OnError
    return promise;
  });
}

Napi::Value cancel_token(const Napi::CallbackInfo& info) {
  auto* flag = new CancelFlag(std::make_shared<std::atomic<bool>>(false));  // owned by the finalizer
  auto external = Napi::External<CancelFlag>::New(info.Env(), flag, [](Napi::Env, CancelFlag* owned) { delete owned; });
  external.TypeTag(&kCancelTag);
  return external;
}

Napi::Value cancel(const Napi::CallbackInfo& info) {
  return guarded(info, [&]() -> Napi::Value {
    flag_of(info[0])->store(true);
    return info.Env().Undefined();
  });
}

}  // namespace sidestep::binding
