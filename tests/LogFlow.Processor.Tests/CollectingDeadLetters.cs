using System.Collections.Concurrent;

namespace LogFlow.Processor.Tests;

/// <summary>Keeps dead letters in memory, by partition and offset.</summary>
internal sealed class CollectingDeadLetters : IDeadLetterSink
{
    public ConcurrentDictionary<(int Partition, long Offset), DeadLetter> Letters { get; } = new();

    public DeadLetterStatus Status => DeadLetterStatus.Good;

    public Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        foreach (var letter in letters)
        {
            Letters[(letter.Source.Partition, letter.Record.Offset)] = letter;
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
