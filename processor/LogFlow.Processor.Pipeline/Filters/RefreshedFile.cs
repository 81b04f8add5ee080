namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A file that a filter looks at again, once in an interval, and reads where it changed. One that cannot be read then
/// leaves what was read before in use, is counted as a failure, and is tried again after the interval.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="interval">Between two looks; zero or less: none but the first.</param>
/// <param name="read">Reads it, and puts what it holds to use.</param>
internal sealed class RefreshedFile(string path, TimeSpan interval, Action<string> read)
{
    // Guards the two below, and who reads the file.
    private readonly Lock _lock = new();
    private DateTime _fileTime;
    private long _lookedAt;

    /// <summary>Whether an error says that the file, or what is in it, is of no use.</summary>
    public static bool IsUnusable(Exception error) =>
        error is IOException or UnauthorizedAccessException or FormatException or RubyRegexException;

    /// <summary>Reads it for the first time.</summary>
    public void Load(TimeProvider time)
    {
        _fileTime = File.GetLastWriteTimeUtc(path);
        read(path);
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Reads it again where that is due. Any worker.</summary>
    public void Refresh(FilterContext context)
    {
        if (interval <= TimeSpan.Zero || context.Time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < interval)
        {
            return;
        }
        lock (_lock)
        {
            if (context.Time.GetElapsedTime(_lookedAt) < interval)
            {
                return;
            }
            _lookedAt = context.Time.GetTimestamp();
            try
            {
                var fileTime = File.GetLastWriteTimeUtc(path);
                if (fileTime != _fileTime)
                {
                    read(path);
                    _fileTime = fileTime;
                }
            }
            catch (Exception error) when (IsUnusable(error))
            {
                context.CountFailure();
            }
        }
    }
}
