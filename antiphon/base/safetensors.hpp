#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// A file of named tensors, checked as a whole when it is opened: every tensor lies inside the file and has the size that its shape says.
/// @see https://github.com/huggingface/safetensors#format
class SafeTensors {
 public:
  /// @throws Error configuration, naming what is wrong.
  explicit SafeTensors(std::string bytes);

  /// The numbers of a tensor of 32-bit floats. @throws Error configuration where it is missing, of another type or of another shape.
  std::vector<float> floats(const std::string& name, const std::vector<std::size_t>& shape) const;
  std::size_t size() const { return tensors_.size(); }
  std::vector<std::string> names() const;

 private:
  struct Tensor {
    std::string type;
    std::vector<std::size_t> shape;
    std::size_t begin = 0, bytes = 0;  ///< in `bytes_`
  };
  std::string bytes_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace antiphon
