// ByteQueue and InBuffer beside a string that does the same.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "proxy/net/byte_queue.h"
#include "proxy/net/in_buffer.h"

namespace weir::proxy::net {
namespace {

constexpr std::size_t kBlock = BlockPool::kBlockSize;

std::string Bytes(std::size_t count, char first = 'a') {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<char>(first + i % 23));
  return out;
}

std::string Peeked(const ByteQueue& queue, std::size_t parts) {
  std::vector<iovec> where(parts);
  where.resize(queue.Peek(where));
  std::string out;
  for (const iovec& part : where) {
    out.append(static_cast<const char*>(part.iov_base), part.iov_len);
  }
  return out;
}

TEST(ByteQueue, HoldsWhatWasAppendedOverBlocks) {
  BlockPool pool;
  ByteQueue queue(pool);
  EXPECT_EQ(Peeked(queue, 4), "");
  const std::string text = Bytes(2 * kBlock + 5);
  queue.Append(text.substr(0, 10));
  queue.Append(text.substr(10));
  EXPECT_EQ(queue.size(), text.size());
  EXPECT_EQ(Peeked(queue, 4), text);
  EXPECT_EQ(Peeked(queue, 2), text.substr(0, 2 * kBlock)) << "the first parts, in order";
  queue.Drain(kBlock + 1);
  EXPECT_EQ(Peeked(queue, 4), text.substr(kBlock + 1));
  queue.Drain(queue.size());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(pool.free(), 3u) << "all blocks are back";
}

// A write that is under way names memory of the queue.
TEST(ByteQueue, WhatIsPendingStaysWhereItIs) {
  BlockPool pool;
  ByteQueue queue(pool);
  queue.Append(Bytes(100));
  std::array<iovec, 1> before, after;
  ASSERT_EQ(queue.Peek(before), 1u);
  for (int i = 0; i < 100; ++i) queue.Append(Bytes(kBlock / 3));
  ASSERT_EQ(queue.Peek(after), 1u);
  EXPECT_EQ(after[0].iov_base, before[0].iov_base);
  queue.Drain(40);
  ASSERT_EQ(queue.Peek(after), 1u);
  EXPECT_EQ(after[0].iov_base, static_cast<char*>(before[0].iov_base) + 40);
}

// Longer than its list of blocks is kept: what has left is forgotten, what waits is not.
TEST(ByteQueue, GoesOnForAnyLength) {
  BlockPool pool;
  ByteQueue queue(pool);
  std::string expected;
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string piece = Bytes(random() % 9000, static_cast<char>('A' + i % 20));
    queue.Append(piece);
    expected += piece;
    const std::size_t leaves = std::min<std::size_t>(random() % 9000, queue.size());
    ASSERT_EQ(Peeked(queue, 64).substr(0, leaves), expected.substr(0, leaves)) << i;
    queue.Drain(leaves);
    expected.erase(0, leaves);
    ASSERT_EQ(queue.size(), expected.size());
  }
  EXPECT_EQ(Peeked(queue, 64), expected.substr(0, Peeked(queue, 64).size()));
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(Peeked(queue, 64), "");
}

TEST(InBuffer, GrowsAndMovesWithoutLoss) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    BlockPool pool;
    std::mt19937 random(seed);
    {
      InBuffer buffer(pool);
      std::string expected;
      for (int i = 0; i < 400; ++i) {
        const std::string piece = Bytes(random() % 20000, static_cast<char>('A' + i % 20));
        if (random() % 2 == 0) {
          buffer.Append(piece);
          expected += piece;
        } else {  // as a read does: into whatever room there is
          const std::span<char> room = buffer.Space();
          ASSERT_FALSE(room.empty());
          const std::size_t count = std::min(room.size(), piece.size());
          std::copy_n(piece.data(), count, room.data());
          buffer.Produced(count);
          expected += piece.substr(0, count);
        }
        ASSERT_EQ(buffer.unread(), expected) << "seed " << seed << ", step " << i;
        const std::size_t used = std::min<std::size_t>(random() % 30000, expected.size());
        buffer.Consume(used);
        expected.erase(0, used);
        ASSERT_EQ(buffer.unread(), expected) << "seed " << seed << ", step " << i;
        if (expected.size() > 100'000) {
          buffer.Release();
          expected.clear();
        }
      }
    }
    EXPECT_LE(pool.free(), 2u) << "blocks are given back, none twice";
  }
}

TEST(InBuffer, AnEmptyOneHoldsNoBlock) {
  BlockPool pool;
  InBuffer buffer(pool);
  buffer.Append("abc");
  EXPECT_EQ(pool.free(), 0u);
  buffer.Consume(3);
  EXPECT_EQ(pool.free(), 1u);
  buffer.Append(Bytes(3 * kBlock));  // one of its own, not of the pool
  EXPECT_EQ(pool.free(), 1u);
  buffer.Consume(3 * kBlock);
  EXPECT_EQ(pool.free(), 1u);
}

}  // namespace
}  // namespace weir::proxy::net
