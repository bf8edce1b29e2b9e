#include "host/shared_segment.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/user_error.h"

namespace lockstep::host {

SharedSegment::SharedSegment() {
  fd_ = memfd_create("lockstep-segment", MFD_CLOEXEC);
  if (fd_ < 0 || ftruncate(fd_, sizeof(protocol::Segment)) != 0) {
    throw UserError(
        fmt::format("cannot make the shared memory for the program ({}); free some memory", std::strerror(errno)));
  }
  map();
  segment_->config.magic = protocol::kMagic;
  segment_->config.version = protocol::kVersion;
}

SharedSegment::SharedSegment(int fd) : fd_(fd), owns_fd_(false) {
  struct stat info;
  if (fstat(fd, &info) != 0 || static_cast<std::size_t>(info.st_size) < sizeof(protocol::Segment)) {
    throw UserError(fmt::format(
        "file descriptor {} is not a segment of this lockstep; use the tool and the library of one version", fd));
  }
  map();
  if (segment_->config.magic != protocol::kMagic || segment_->config.version != protocol::kVersion) {
    munmap(segment_, sizeof(protocol::Segment));
    throw UserError(fmt::format(
        "file descriptor {} is a segment of another version of lockstep; use the tool and the library of one version",
        fd));
  }
}

void SharedSegment::map() {
  void* at = mmap(nullptr, sizeof(protocol::Segment), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
  if (at == MAP_FAILED) throw UserError(fmt::format("cannot map the shared memory ({})", std::strerror(errno)));
  segment_ = static_cast<protocol::Segment*>(at);
}

SharedSegment::~SharedSegment() {
  if (segment_) munmap(segment_, sizeof(protocol::Segment));
  if (owns_fd_ && fd_ >= 0) close(fd_);
}

}  // namespace lockstep::host
