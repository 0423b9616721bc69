#include "antiphon/base/safetensors.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

static_assert(std::endian::native == std::endian::little, "the numbers of a safetensors file are little endian");

namespace {

constexpr std::size_t length_bytes = 8, longest_header = 16 << 20;
constexpr std::size_t most_dimensions = 8, most_elements = std::size_t{1} << 34;

[[noreturn]] void refuse(std::string why) { throw Error(ErrorKind::configuration, "no safetensors file: " + std::move(why)); }

std::size_t whole_number(const json::value& value, const std::string& what) {
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::size_t>(value.get_int64());
  if (value.is_uint64()) return value.get_uint64();
  refuse(fmt::format("{} is {}", what, preview(value, 40)));
}

std::size_t bytes_per_element(const std::string& type) {
  if (type == "F64" || type == "I64" || type == "U64") return 8;
  if (type == "F32" || type == "I32" || type == "U32") return 4;
  if (type == "F16" || type == "BF16" || type == "I16" || type == "U16") return 2;
  if (type == "I8" || type == "U8" || type == "BOOL") return 1;
  return 0;
}

std::size_t elements(const std::vector<std::size_t>& shape, const std::string& name) {
  std::size_t count = 1;
  for (const auto size : shape) {
    if (size != 0 && count > most_elements / size) refuse(fmt::format("{} is too large", quote(name)));
    count *= size;
  }
  return count;
}

std::vector<std::size_t> read_list(const json::value& object, const char* key, const std::string& name, std::size_t most) {
  const auto* list = find(object, key);
  if (!list || !list->is_array() || list->get_array().size() > most) refuse(fmt::format("{} of {} is no list", key, quote(name)));
  std::vector<std::size_t> numbers;
  for (const auto& value : list->get_array()) numbers.push_back(whole_number(value, fmt::format("{} of {}", key, quote(name))));
  return numbers;
}

std::string_view header_of(const std::string& bytes) {
  if (bytes.size() < length_bytes) refuse("it is too short");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  if (length > longest_header || length > bytes.size() - length_bytes) refuse(fmt::format("its header is said to be {} bytes long", length));
  return std::string_view(bytes).substr(length_bytes, length);
}

}  // namespace

SafeTensors::SafeTensors(std::string bytes) : bytes_(std::move(bytes)) {
  const auto header_text = header_of(bytes_);
  const auto header = try_parse_json(trim(header_text));
  if (!header || !header->is_object()) refuse("its header is no JSON object");
  const std::size_t data = length_bytes + header_text.size(), available = bytes_.size() - data;
  for (const auto& [key, value] : header->get_object()) {
    const std::string name(key);
    if (name == "__metadata__") continue;
    Tensor tensor{.type = find_string(value, "dtype").value_or(""), .shape = read_list(value, "shape", name, most_dimensions)};
    const auto offsets = read_list(value, "data_offsets", name, 2);
    const auto width = bytes_per_element(tensor.type);
    if (width == 0) refuse(fmt::format("{} is of the unknown type {}", quote(name), quote(tensor.type)));
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available) refuse(fmt::format("{} lies outside of the file", quote(name)));
    tensor.begin = data + offsets[0], tensor.bytes = offsets[1] - offsets[0];
    if (tensor.bytes != elements(tensor.shape, name) * width) refuse(fmt::format("{} has not the size of its shape", quote(name)));
    tensors_.emplace(name, std::move(tensor));
  }
}

std::vector<float> SafeTensors::floats(const std::string& name, const std::vector<std::size_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error(ErrorKind::configuration, fmt::format("the model has no tensor {}", quote(name)));
  const auto& tensor = found->second;
  if (tensor.type != "F32") throw Error(ErrorKind::configuration, fmt::format("the tensor {} is of type {}; only F32 can be read", quote(name), tensor.type));
  if (tensor.shape != shape)
    throw Error(ErrorKind::configuration,
                fmt::format("the tensor {} has the shape [{}], not [{}]", quote(name), fmt::join(tensor.shape, ", "), fmt::join(shape, ", ")));
  std::vector<float> numbers(tensor.bytes / sizeof(float));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes_.data() + tensor.begin, tensor.bytes);
  return numbers;
}

std::vector<std::string> SafeTensors::names() const {
  std::vector<std::string> list;
  for (const auto& [name, tensor] : tensors_) list.push_back(name);
  return list;
}

}  // namespace antiphon
