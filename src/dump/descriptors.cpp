#include "dump/descriptors.h"

#include <dirent.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include "dump/proc.h"

namespace lockstep::dump {
namespace {

template <typename Visit>
void for_entries(const std::string& folder, Visit visit) {
  DIR* open_folder = opendir(folder.c_str());
  if (!open_folder) return;
  while (const dirent* entry = readdir(open_folder)) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') visit(std::atoi(entry->d_name));
  }
  closedir(open_folder);
}

// The descriptors of a process that are `link`.
std::vector<int> descriptors_of(int pid, const std::string& link) {
  std::vector<int> out;
  for_entries(fmt::format("/proc/{}/fd", pid), [&](int fd) {
    if (read_link(fmt::format("/proc/{}/fd/{}", pid, fd)) == link) out.push_back(fd);
  });
  return out;
}

bool open_elsewhere(int view, const std::string& link) {
  // Only processes are listed, by their first thread.
  const int pid = std::atoi(status_field(read_file(fmt::format("/proc/{}/status", view)), "Tgid").c_str());
  bool found = false;
  for_entries("/proc", [&](int other) {
    if (other != pid && !found) found = !descriptors_of(other, link).empty();
  });
  return found;
}

// Whether the descriptor can be written to (1) or read from (0), from its flags.
bool opened_for(int pid, int fd, bool writing) {
  const std::string info = read_file(fmt::format("/proc/{}/fdinfo/{}", pid, fd));
  const std::string flags = status_field(info, "flags");
  const long mode = std::strtol(flags.c_str(), nullptr, 8) & 3;
  return mode == 2 || mode == (writing ? 1 : 0);
}

// The inode of the socket at the other end of a pair of Unix sockets, 0 if unknown.
std::uint32_t unix_peer(std::uint32_t inode) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return 0;
  struct {
    nlmsghdr header;
    unix_diag_req request;
  } ask{};
  ask.header.nlmsg_len = sizeof ask;
  ask.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  ask.header.nlmsg_flags = NLM_F_REQUEST;
  ask.request.sdiag_family = AF_UNIX;
  ask.request.udiag_states = ~0u;
  ask.request.udiag_ino = inode;
  ask.request.udiag_cookie[0] = ask.request.udiag_cookie[1] = ~0u;
  ask.request.udiag_show = UDIAG_SHOW_PEER;
  std::uint32_t peer = 0;
  alignas(nlmsghdr) char answer[4096];
  if (send(fd, &ask, sizeof ask, 0) == static_cast<ssize_t>(sizeof ask) &&
      recv(fd, answer, sizeof answer, 0) >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(unix_diag_msg)))) {
    const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
    if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      auto* attribute = reinterpret_cast<rtattr*>(answer + NLMSG_LENGTH(sizeof(unix_diag_msg)));
      auto left = static_cast<unsigned>(header->nlmsg_len - NLMSG_LENGTH(sizeof(unix_diag_msg)));
      for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == UNIX_DIAG_PEER) std::memcpy(&peer, RTA_DATA(attribute), sizeof peer);
      }
    }
  }
  close(fd);
  return peer;
}

// The same of a TCP connection of the machine with itself.
std::uint64_t tcp_peer(int pid, std::uint64_t inode) {
  struct Row {
    std::string local, remote;
    std::uint64_t inode;
  };
  std::vector<Row> rows;
  for (const char* table : {"tcp", "tcp6"}) {
    std::istringstream lines(read_file(fmt::format("/proc/{}/net/{}", pid, table)));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      char local[80], remote[80];
      std::uint64_t number = 0;
      if (std::sscanf(line.c_str(), " %*s %79s %79s %*s %*s %*s %*s %*s %*s %" SCNu64, local, remote, &number) == 3) {
        rows.push_back({local, remote, number});
      }
    }
  }
  for (const Row& mine : rows) {
    if (mine.inode != inode) continue;
    for (const Row& other : rows) {
      if (other.local == mine.remote && other.remote == mine.local) return other.inode;
    }
  }
  return 0;
}

}  // namespace

Descriptor describe_descriptor(int view, int fd) {
  Descriptor d;
  d.detail = fmt::format("fd {}", fd);
  const std::string link = read_link(fmt::format("/proc/{}/fd/{}", view, fd));
  std::uint64_t inode = 0;
  if (std::sscanf(link.c_str(), "pipe:[%" SCNu64 "]", &inode) == 1) {
    d.name = "a pipe";
    const bool reads = !opened_for(view, fd, true);
    bool other_end = false;
    for (const int candidate : descriptors_of(view, link)) other_end |= opened_for(view, candidate, reads);
    d.own = other_end && !open_elsewhere(view, link);
  } else if (std::sscanf(link.c_str(), "socket:[%" SCNu64 "]", &inode) == 1) {
    d.name = "a socket";
    std::uint64_t peer = unix_peer(static_cast<std::uint32_t>(inode));
    if (peer == 0) peer = tcp_peer(view, inode);
    const std::string peer_link = fmt::format("socket:[{}]", peer);
    d.own = peer != 0 && !descriptors_of(view, peer_link).empty() && !open_elsewhere(view, peer_link);
  } else {
    d.name = link;
  }
  if (d.own) d.detail += ", both ends in this process";
  return d;
}

void describe_file_lock(int pid, int view, int fd, Wait* wait) {
  wait->object = read_link(fmt::format("/proc/{}/fd/{}", view, fd));
  struct stat file;
  if (stat(fmt::format("/proc/{}/fd/{}", view, fd).c_str(), &file) != 0) return;
  const std::string wanted = fmt::format("{:02x}:{:02x}:{}", major(file.st_dev), minor(file.st_dev), file.st_ino);
  std::istringstream lines(read_file("/proc/locks"));
  for (std::string line; std::getline(lines, line);) {
    int holder = 0;
    char where[64];
    if (line.find("->") != std::string::npos) continue;  // somebody else who waits
    if (std::sscanf(line.c_str(), "%*s %*s %*s %*s %d %63s", &holder, where) != 2 || wanted != where) continue;
    if (holder == pid) {
      wait->detail = "held by this process through another descriptor";
      wait->ends = Ends::kAnyThread;
    } else if (holder > 0) {
      wait->detail = fmt::format("held by process {} ({})", holder,
                                 status_field(read_file(fmt::format("/proc/{}/status", holder)), "Name"));
    }
  }
}

bool handles_signals(const Snapshot& snapshot) {
  if (!snapshot.live) return false;
  const std::string caught = status_field(read_file(fmt::format("/proc/{}/status", snapshot.view)), "SigCgt");
  std::uint64_t librarys_own = std::uint64_t{3} << 31;  // 32 cancels threads, 33 changes their user
  // The watchdog of lockstep::async takes the stack of a loop by this one.
  if (!snapshot.async.watchdogs.empty()) librarys_own |= std::uint64_t{1} << (SIGURG - 1);
  return (std::strtoull(caught.c_str(), nullptr, 16) & ~librarys_own) != 0;
}

}  // namespace lockstep::dump
