using System.Diagnostics;
using LogFlow.Platform;

namespace LogFlow.Benchmarks;

/// <summary>
/// What the disk and the page cache do without a broker: the same bytes at the same pace, written and synced by one
/// thread. An acknowledgement cannot be faster, and where this has a long tail, so has every broker.
/// </summary>
internal static class DiskBaseline
{
    /// <summary>The times of a write and its fdatasync, sorted, in milliseconds.</summary>
    public static double[] Measure(string folder, int bytes, TimeSpan interval, TimeSpan duration)
    {
        var path = Path.Combine(folder, "baseline");
        var piece = new byte[bytes];
        Array.Fill(piece, (byte)'x');
        var times = new List<double>();
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            DurableFile.TryPreallocate(file, (long)(duration / interval) * bytes);
            var clock = Stopwatch.StartNew();
            for (var i = 0; clock.Elapsed < duration; i++)
            {
                var early = (interval * i) - clock.Elapsed;
                if (early > TimeSpan.Zero)
                {
                    Thread.Sleep(early);
                }

                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, piece, (long)i * bytes);
                DurableFile.SyncData(file);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        File.Delete(path);
        return [.. times.Order()];
    }
}
