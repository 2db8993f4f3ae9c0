#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "core/safetensors.h"

namespace sidestep {
namespace {

// The file under its temporary name; removed unless it was published.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : target_(target), temporary_(target.string() + ".tmp-" + std::to_string(::getpid())) {
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) fail("create");
  }
  ~TemporaryFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!published_) ::unlink(temporary_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(const void* data, size_t bytes) {
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
      const ssize_t written = ::write(fd_, at, std::min(bytes, size_t{1} << 30));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write");
      at += written;
      bytes -= static_cast<size_t>(written);
    }
  }

  // At any instant there is the old file or the new one: sync the bytes, rename, sync the folder's entry.
  void publish() {
    if (::fsync(fd_) != 0) fail("sync");
    const int closed = ::close(fd_);
    fd_ = -1;
    if (closed != 0) fail("close");
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("rename");
    published_ = true;
    const std::filesystem::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
    if (const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
  }

 private:
  [[noreturn]] void fail(const char* action) const {
    const int reason = errno;
    const bool full = reason == ENOSPC || reason == EDQUOT;
    throw Error(full ? "native/disk-full" : "native/file-unwritable",
                std::string("Could not ") + action + " " + target_.string() + ": " + std::strerror(reason),
                full ? "Free some space or run `sidestep cache gc`, then run again." : "");
  }

  std::filesystem::path target_, temporary_;
  int fd_ = -1;
  bool published_ = false;
};

std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string make_header(const std::vector<NamedTensor>& tensors, const std::map<std::string, std::string>& metadata) {
  std::string header = "{";
  if (!metadata.empty()) {
    Json::Object words;
    for (const auto& [key, value] : metadata) words.emplace(key, value);
    header += "\"__metadata__\":" + Json(std::move(words)).dump() + (tensors.empty() ? "" : ",");
  }
  size_t offset = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    std::string shape = tensor.shape().to_string();
    std::erase(shape, ' ');
    const size_t end = offset + tensor.bytes();
    header += (i == 0 ? "" : ",") + quoted(name) + ":{\"dtype\":\"" + std::string(dtype_name(tensor.dtype())) + "\",\"shape\":" +
              shape + ",\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]}";
    offset = end;
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');  // the data starts aligned
  return header;
}

void check_tensors(const std::vector<NamedTensor>& tensors) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor || tensor.device().kind != DeviceKind::cpu)
      throw Error("native/file-unwritable", "Tensor " + name + " must be in host memory to be written");
    if (name == "__metadata__" || !names.insert(name).second)
      throw Error("native/file-unwritable", "Tensor name " + name + " is taken");
  }
}

void gather(const std::byte* source, const Shape& shape, const Shape& strides, int dim, size_t element, std::byte*& out) {
  if (dim == shape.rank()) {
    std::memcpy(out, source, element);
    out += element;
    return;
  }
  for (int64_t i = 0; i < shape[dim]; ++i)
    gather(source + i * strides[dim] * static_cast<int64_t>(element), shape, strides, dim + 1, element, out);
}

void write_tensor(TemporaryFile& file, ConstTensor tensor) {
  if (tensor.contiguous()) return file.write(tensor.raw(), tensor.bytes());
  std::vector<std::byte> dense(tensor.bytes());
  std::byte* out = dense.data();
  gather(tensor.data<std::byte>(), tensor.shape(), tensor.strides(), 0, dtype_size(tensor.dtype()), out);
  file.write(dense.data(), dense.size());
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  check_tensors(tensors);
  const std::string header = make_header(tensors, metadata);
  std::array<unsigned char, 8> size{};
  for (size_t i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  TemporaryFile file(path);
  file.write(size.data(), size.size());
  file.write(header.data(), header.size());
  for (const NamedTensor& entry : tensors) write_tensor(file, entry.tensor);
  file.publish();
}

}  // namespace sidestep
