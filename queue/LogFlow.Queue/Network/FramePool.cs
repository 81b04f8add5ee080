using System.Numerics;

namespace LogFlow.Queue.Network;

/// <summary>
/// Keeps receive buffers for reuse: produce frames are near a megabyte, and a fresh one each would fill the large
/// object heap. Sizes are powers of two from 1 KiB; what is kept is bounded in bytes, and given up when not used.
/// </summary>
internal sealed class FramePool(long keptBytesMax)
{
    private const int SmallestShift = 10;
    private const int ShiftCount = 18;

    /// <summary>Guards the stacks and counters; held for a push or pop only.</summary>
    private readonly Lock _lock = new();
    private readonly Stack<byte[]>[] _bySize = CreateStacks();
    private readonly int[] _fewestSinceTrim = new int[ShiftCount];
    private long _keptBytes;

    public byte[] Rent(int length)
    {
        var index = IndexOf(length);
        lock (_lock)
        {
            var stack = _bySize[index];
            if (stack.TryPop(out var kept))
            {
                _keptBytes -= kept.Length;
                _fewestSinceTrim[index] = Math.Min(_fewestSinceTrim[index], stack.Count);
                return kept;
            }

            _fewestSinceTrim[index] = 0;
        }

        return GC.AllocateUninitializedArray<byte>(1 << (index + SmallestShift));
    }

    public void Return(byte[] buffer)
    {
        var index = IndexOf(buffer.Length);
        lock (_lock)
        {
            if (_keptBytes + buffer.Length <= keptBytesMax)
            {
                _keptBytes += buffer.Length;
                _bySize[index].Push(buffer);
            }
        }
    }

    /// <summary>Gives up the buffers that were not needed since the last call.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            for (var index = 0; index < ShiftCount; index++)
            {
                var stack = _bySize[index];
                for (var unused = Math.Min(_fewestSinceTrim[index], stack.Count); unused > 0; unused--)
                {
                    _keptBytes -= stack.Pop().Length;
                }

                _fewestSinceTrim[index] = stack.Count;
            }
        }
    }

    private static int IndexOf(int length) =>
        Math.Max(0, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, length) - 1) - SmallestShift);

    private static Stack<byte[]>[] CreateStacks()
    {
        var stacks = new Stack<byte[]>[ShiftCount];
        for (var i = 0; i < stacks.Length; i++)
        {
            stacks[i] = new Stack<byte[]>();
        }

        return stacks;
    }
}
