using System.Threading.Channels;
using LogFlow.Processor.DeadLetters;

namespace LogFlow.Processor.Outputs;

/// <summary>
/// An output's dead letters on their way, beside its lanes: what is refused must not slow down what is not. All that
/// waits goes to the sink together; a batch counts as done when its letters are kept.
/// </summary>
internal sealed class DeadLetterLane(IDeadLetterSink sink, int batchesMax)
{
    /// <summary>Each entry is of at least one batch in flight, so there is room for all.</summary>
    private readonly Channel<(List<DeadLetter> Letters, HashSet<BatchProgress> Batches)> _waiting =
        Channel.CreateBounded<(List<DeadLetter>, HashSet<BatchProgress>)>(
            new BoundedChannelOptions(batchesMax) { SingleReader = true });

    /// <summary>Takes letters over; their batches have been told to expect them.</summary>
    public ValueTask AddAsync(
        List<DeadLetter> letters, HashSet<BatchProgress> batches, CancellationToken cancellationToken) =>
        _waiting.Writer.WriteAsync((letters, batches), cancellationToken);

    /// <summary>Sends until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        var batches = new List<BatchProgress>();
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            letters.Clear();
            batches.Clear();
            while (_waiting.Reader.TryRead(out var entry))
            {
                letters.AddRange(entry.Letters);
                batches.AddRange(entry.Batches);
            }

            await sink.SendAsync(letters, cancellationToken);
            foreach (var batch in batches)
            {
                batch.Done();
            }
        }
    }
}
