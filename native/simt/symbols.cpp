#include "simt/symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <regex>

#include "core/mapped_file.h"

namespace sidestep::simt {
namespace {

std::string demangled(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : symbol;
}

/// `void sidestep::cuda::(anonymous namespace)::norm_kernel<float, 4>(…)` without what is alike in all.
std::string short_name(std::string name) {
  static const std::regex noise(R"(sidestep::cuda::|\(anonymous namespace\)::|^void )");
  name = std::regex_replace(name, noise, "");
  int depth = 0;
  for (size_t i = 0; i < name.size(); ++i) {  // up to the arguments
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (name[i] == '(' && depth == 0) return name.substr(0, i);
  }
  return name;
}

bool names_a_kernel(const std::string& name) {
  static const std::regex kernel(R"(^\w+_kernel(<.*)?$)");
  return std::regex_match(name, kernel);
}

/// By address within the shared object.
using Symbols = std::map<uintptr_t, std::string>;

template <typename T>
const T* at(const MappedFile& file, uint64_t offset) {
  return reinterpret_cast<const T*>(file.bytes.data() + offset);
}

Symbols read_symbols(const MappedFile& file) {
  Symbols symbols;
  const auto* header = at<Elf64_Ehdr>(file, 0);
  const auto* sections = at<Elf64_Shdr>(file, header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const char* names = at<char>(file, sections[sections[i].sh_link].sh_offset);
    const auto* entries = at<Elf64_Sym>(file, sections[i].sh_offset);
    for (uint64_t k = 0; k < sections[i].sh_size / sizeof(Elf64_Sym); ++k) {
      const char* symbol = names + entries[k].st_name;
      if (ELF64_ST_TYPE(entries[k].st_info) != STT_FUNC || std::strstr(symbol, "_kernel") == nullptr) continue;
      if (std::string name = short_name(demangled(symbol)); names_a_kernel(name)) symbols[entries[k].st_value] = std::move(name);
    }
  }
  return symbols;
}

struct Object {
  uintptr_t base = 0;
  Symbols symbols;
};

const Object& object() {
  static const Object once = [] {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&kernel_name), &info) == 0) return Object{};
    return Object{reinterpret_cast<uintptr_t>(info.dli_fbase), read_symbols(map_file(info.dli_fname))};
  }();
  return once;
}

}  // namespace

std::string kernel_name(const void* kernel) {
  const auto found = object().symbols.find(reinterpret_cast<uintptr_t>(kernel) - object().base);
  return found == object().symbols.end() ? "a kernel without a name" : found->second;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names;
  for (const auto& [address, name] : object().symbols) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace sidestep::simt
