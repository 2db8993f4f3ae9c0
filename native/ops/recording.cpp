#include "ops/recording.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "ops/cuda_plugin.h"

namespace sidestep {

void Recording::replay(Stream& stream) const {
  cuda_plugin().recorder.replay(stream.device().index, stream.native_handle(), handle_.get());
}

bool records(const Stream& stream) {
  if (stream.device().kind != DeviceKind::cuda) return false;
  const char* choice = std::getenv("SIDESTEP_CUDA_GRAPHS");
  return choice == nullptr || std::string_view(choice) != "off";
}

size_t free_card_bytes(const Stream& stream) { return cuda_plugin().describe(stream.device().index).free_bytes; }

Recording record(Stream& stream, const std::function<void()>& work) {
  const CudaRecorder& recorder = cuda_plugin().recorder;
  const int device = stream.device().index;
  const size_t free_before = free_card_bytes(stream);
  Recording recording;
  const auto end = [&] {
    void* handle = recorder.end(device, stream.native_handle());
    if (handle == nullptr) return;
    recording.handle_ = {handle, [release = recorder.release, device](void* p) { release(device, p); }};
  };
  recorder.begin(device, stream.native_handle());
  try {
    work();
  } catch (const Error& error) {
    end();
    if (error.code() == "native/cuda-failed") return {};
    throw;
  } catch (...) {
    end();
    throw;
  }
  end();
  const size_t free_now = free_card_bytes(stream);
  if (recording) recording.bytes_ = std::max(kLeastRecordingBytes, free_before > free_now ? free_before - free_now : 0);
  return recording;
}

}  // namespace sidestep
