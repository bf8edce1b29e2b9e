#include "dump/snapshot.h"

#include <algorithm>
#include <cstring>

namespace lockstep::dump {

void Memory::add(std::uint64_t address, std::vector<std::byte> bytes) {
  if (bytes.empty()) return;
  // What lies in a copy already would only hide it.
  const auto it = copies_.upper_bound(address);
  if (it != copies_.begin()) {
    const auto& [from, known] = *std::prev(it);
    const std::uint64_t offset = address - from;
    if (offset < known.size() && bytes.size() <= known.size() - offset) return;
  }
  copies_[address] = std::move(bytes);
}

void Memory::replace(std::uint64_t address, const std::vector<std::byte>& bytes) {
  const std::uint64_t end = address + bytes.size();
  for (auto& [from, copy] : copies_) {
    const std::uint64_t first = std::max(from, address), last = std::min(from + copy.size(), end);
    for (std::uint64_t at = first; at < last; ++at) copy[at - from] = bytes[at - address];
  }
  add(address, bytes);
}

bool Memory::read(std::uint64_t address, void* into, std::size_t size) const {
  // A copy that begins before the address; windows round locks overlap, so look further back.
  auto it = copies_.upper_bound(address);
  for (int i = 0; i < 32 && it != copies_.begin(); ++i) {
    --it;
    const std::uint64_t offset = address - it->first;
    if (offset < it->second.size() && size <= it->second.size() - offset) {
      std::memcpy(into, it->second.data() + offset, size);
      return true;
    }
  }
  return fallback_ && fallback_(address, into, size);
}

const ThreadState* Snapshot::thread(int tid) const {
  const auto it = std::find_if(threads.begin(), threads.end(), [&](auto& t) { return t.tid == tid; });
  return it == threads.end() ? nullptr : &*it;
}

const ThreadState* Snapshot::inner_thread(std::uint64_t inner_tid) const {
  const auto it = std::find_if(threads.begin(), threads.end(), [&](auto& t) {
    return !t.ended && inner_tid != 0 && static_cast<std::uint64_t>(t.inner_tid) == inner_tid;
  });
  return it == threads.end() ? nullptr : &*it;
}

const Mapping* Snapshot::mapping(std::uint64_t address) const {
  auto it = std::upper_bound(mappings.begin(), mappings.end(), address, [](auto a, auto& m) { return a < m.low; });
  if (it == mappings.begin()) return nullptr;
  --it;
  return address < it->high ? &*it : nullptr;
}

std::uint64_t Snapshot::stack_end(const ThreadState& thread) const {
  const Mapping* m = mapping(thread.registers[kRsp]);
  return m ? m->high : 0;
}

}  // namespace lockstep::dump
