namespace LogFlow.Benchmarks;

/// <summary>What a process holds at a moment.</summary>
internal sealed record SoakSample(double CpuSeconds, long RssBytes, int Descriptors, int Threads, long DiskBytes)
{
    /// <summary>Counts.</summary>
    public static SoakSample Take(int processId, string data)
    {
        var usage = ProcessUsage.Read(processId);
        return new SoakSample(
            usage.CpuSeconds,
            usage.CurrentBytes,
            Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length,
            Directory.GetDirectories($"/proc/{processId}/task").Length,
            SizeOf(new DirectoryInfo(data)));
    }

    private static long SizeOf(DirectoryInfo folder)
    {
        try
        {
            return folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
        }
        catch (IOException)
        {
            // A file went while it was counted: once more.
            return SizeOf(folder);
        }
    }
}
