#include "core/json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace sidestep {
namespace {

const Json kNull;

const char* kind_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  return value.is_array() ? "an array" : "an object";
}

[[noreturn]] void wrong_type(const char* expected, const Json& found) {
  throw Error("native/json-type", std::string("Expected ") + expected + " but found " + kind_of(found));
}

void append_quoted(std::string& out, const std::string& text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (byte < 0x20)
      ((out += "\\u00") += kHex[byte >> 4]) += kHex[byte & 15];
    else
      out += c;
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {  // JSON has no word for it
    out += "null";
    return;
  }
  std::array<char, 32> text;
  const bool whole = std::trunc(value) == value && std::abs(value) < 0x1p53;
  const auto [end, error] = whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<int64_t>(value))
                                  : std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end);
}

void append_break(std::string& out, int indent, int depth) {
  if (indent > 0) (out += '\n').append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
}

void append_value(std::string& out, const Json& value, int indent, int depth) {
  if (value.is_null())
    out += "null";
  else if (value.is_bool())
    out += value.as_bool() ? "true" : "false";
  else if (value.is_number())
    append_number(out, value.as_number());
  else if (value.is_string())
    append_quoted(out, value.as_string());
  else if (value.is_array()) {
    out += '[';
    const char* separator = "";
    for (const Json& item : value.as_array()) {
      out += separator;
      append_break(out, indent, depth + 1);
      append_value(out, item, indent, depth + 1);
      separator = ",";
    }
    if (!value.as_array().empty()) append_break(out, indent, depth);
    out += ']';
  } else {
    out += '{';
    const char* separator = "";
    for (const auto& [key, item] : value.as_object()) {
      out += separator;
      append_break(out, indent, depth + 1);
      append_quoted(out, key);
      out += indent > 0 ? ": " : ":";
      append_value(out, item, indent, depth + 1);
      separator = ",";
    }
    if (!value.as_object().empty()) append_break(out, indent, depth);
    out += '}';
  }
}

}  // namespace

bool Json::as_bool() const {
  if (!is_bool()) wrong_type("a boolean", *this);
  return std::get<bool>(value_);
}
double Json::as_number() const {
  if (!is_number()) wrong_type("a number", *this);
  return std::get<double>(value_);
}
int64_t Json::as_int() const {
  const double number = as_number();
  if (std::trunc(number) != number || std::abs(number) > 0x1p53)
    throw Error("native/json-type", "Expected a whole number but found " + std::to_string(number));
  return static_cast<int64_t>(number);
}
const std::string& Json::as_string() const {
  if (!is_string()) wrong_type("a string", *this);
  return std::get<std::string>(value_);
}
const Json::Array& Json::as_array() const {
  if (!is_array()) wrong_type("an array", *this);
  return std::get<Array>(value_);
}
const Json::Object& Json::as_object() const {
  if (!is_object()) wrong_type("an object", *this);
  return std::get<Object>(value_);
}

bool Json::contains(const std::string& key) const { return is_object() && as_object().contains(key); }

const Json& Json::at(const std::string& key) const {
  const Object& object = as_object();
  const auto found = object.find(key);
  if (found == object.end()) throw Error("native/json-missing-key", "Expected a member \"" + key + "\" but found none");
  return found->second;
}

const Json& Json::get(const std::string& key) const {
  if (!is_object()) return kNull;
  const auto found = as_object().find(key);
  return found == as_object().end() ? kNull : found->second;
}

int64_t Json::int_or(const std::string& key, int64_t fallback) const {
  const Json& value = get(key);
  return value.is_null() ? fallback : value.as_int();
}
double Json::number_or(const std::string& key, double fallback) const {
  const Json& value = get(key);
  return value.is_null() ? fallback : value.as_number();
}
bool Json::bool_or(const std::string& key, bool fallback) const {
  const Json& value = get(key);
  return value.is_null() ? fallback : value.as_bool();
}
std::string Json::string_or(const std::string& key, const std::string& fallback) const {
  const Json& value = get(key);
  return value.is_null() ? fallback : value.as_string();
}

std::string Json::dump(int indent) const {
  std::string out;
  append_value(out, *this, indent, 0);
  return out;
}

}  // namespace sidestep
