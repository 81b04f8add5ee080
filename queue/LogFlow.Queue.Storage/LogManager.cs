using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// All topics of a data directory. Owns the directory's lock, its one writer thread and its upkeep (retention,
/// checkpoints).
/// </summary>
public sealed class LogManager : IAsyncDisposable
{
    /// <summary>A UUID made with the data directory.</summary>
    public Guid ClusterId => throw new NotImplementedException();

    /// <summary>The epoch of this start: one higher after each start that follows a crash.</summary>
    public int LeaderEpoch => throw new NotImplementedException();

    /// <summary>The last stop was a clean one, so nothing had to be recovered.</summary>
    public bool WasStoppedCleanly => throw new NotImplementedException();

    /// <summary>The disk is full: appends that need space are refused until it has some again.</summary>
    public bool IsDiskFull => throw new NotImplementedException();

    /// <summary>Faulted when the writer met an error it cannot go on from; then the process should end.</summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>All topics, a snapshot.</summary>
    public IReadOnlyCollection<Topic> Topics => throw new NotImplementedException();

    /// <summary>Opens the directory, recovering what a crash left behind.</summary>
    /// <exception cref="LogFlow.Platform.DirectoryLockedException">Another process has it.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static LogManager Open(
        LogManagerOptions options, ILoggerFactory loggers, TimeProvider time, IMeterFactory? meters = null) =>
        throw new NotImplementedException();

    /// <summary>The topic of that name, or null.</summary>
    public Topic? FindTopic(string name) => throw new NotImplementedException();

    /// <summary>The topic with that id, or null.</summary>
    public Topic? FindTopic(Guid id) => throw new NotImplementedException();

    /// <summary>
    /// Creates a topic, durably. TopicAlreadyExists (with the topic), InvalidTopicException, InvalidPartitions,
    /// InvalidConfig, KafkaStorageError.
    /// </summary>
    public Task<TopicResult> CreateTopicAsync(
        string name, int partitionCount, IReadOnlyDictionary<string, string>? overrides = null) =>
        throw new NotImplementedException();

    /// <summary>Deletes a topic, durably; its files go in the background. UnknownTopicId.</summary>
    public Task<TopicResult> DeleteTopicAsync(Guid id) => throw new NotImplementedException();

    /// <summary>Raises the number of partitions. InvalidPartitions where it would not.</summary>
    public Task<TopicResult> SetPartitionCountAsync(Guid id, int partitionCount) => throw new NotImplementedException();

    /// <summary>Replaces a topic's own settings. InvalidConfig.</summary>
    public Task<TopicResult> SetTopicConfigAsync(Guid id, IReadOnlyDictionary<string, string> overrides) =>
        throw new NotImplementedException();

    /// <summary>Opens, or creates, a map for the queue's own state. One instance per name.</summary>
    /// <param name="name">Letters, digits and dashes.</param>
    public StateLog OpenStateLog(string name) => throw new NotImplementedException();

    /// <summary>Completes what was accepted, writes a checkpoint that makes the next start quick, and closes.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
