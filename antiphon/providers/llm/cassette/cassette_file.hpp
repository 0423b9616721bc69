#pragma once

#include <string>

#include "antiphon/base/error.hpp"

namespace antiphon {

/// @throws Error io, party harness, where a cassette could not be written at `path`: its folder, or the nearest one that exists, may not be written,
/// or a folder stands in its place.
void require_writable(const std::string& path);

/// What cannot be made shows when the file is written. Takes away what runs that were killed while writing left there long ago.
void make_folder_of(const std::string& path);

/// The error of a run whose recording was lost.
Error not_recorded(const Error& error);

/// Keeps others, processes as well as threads, from writing into the folder of a file; where the file system knows no locks, nobody.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path_in_folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int folder_;
};

}  // namespace antiphon
