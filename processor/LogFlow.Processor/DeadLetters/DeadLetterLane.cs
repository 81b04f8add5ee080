using System.Threading.Channels;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// Takes what decoding, filters and outputs refuse to the dead letters, beside the outputs: these go on with the next
/// batches meanwhile. A batch is done when its letters are kept, too. What comes while letters are being sent is sent
/// together; the order of hand-over is kept.
/// </summary>
internal sealed class DeadLetterLane : IAsyncDisposable
{
    private const int LettersMax = 10_000;
    private const long BytesMax = 16L * 1024 * 1024;

    private readonly IDeadLetterSink _sink;
    private readonly Channel<Entry> _entries;
    private readonly BackgroundWork _work = new();

    private readonly PluginErrors _errors;

    /// <param name="sink">Where they go.</param>
    /// <param name="errors">Remembers them for people.</param>
    /// <param name="entriesMax">Hand-overs that can be in flight: batches in flight, times who may hand over.</param>
    public DeadLetterLane(IDeadLetterSink sink, PluginErrors errors, int entriesMax)
    {
        _sink = sink;
        _errors = errors;
        _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(entriesMax) { SingleReader = true });
    }

    /// <summary>Faulted when it cannot go on.</summary>
    public Task Completion => _work.Completion;

    public DeadLetterStatus Status => _sink.Status;

    public void Start() => _work.Start("dead letters", RunAsync);

    /// <summary>Takes letters over; the batch is told when they are kept.</summary>
    public void Enqueue(InFlightBatch batch, IReadOnlyList<DeadLetter> letters)
    {
        _errors.Note(letters);
        if (!_entries.Writer.TryWrite(new Entry(batch, letters)) && !_work.Stopping.IsCancellationRequested)
        {
            throw new InvalidOperationException("more dead letters were handed over than can be in flight");
        }
    }

    public ValueTask DisposeAsync() => _work.DisposeAsync();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        var letters = new List<DeadLetter>();
        while (await _entries.Reader.WaitToReadAsync(cancellationToken))
        {
            entries.Clear();
            letters.Clear();
            long bytes = 0;
            while (letters.Count < LettersMax && bytes < BytesMax && _entries.Reader.TryRead(out var entry))
            {
                entries.Add(entry);
                foreach (var letter in entry.Batch.Window.IsClosed ? [] : entry.Letters)
                {
                    letters.Add(letter);
                    bytes += letter.Record.Value.GetValueOrDefault().Length;
                }
            }

            if (letters.Count > 0)
            {
                await _sink.SendAsync(letters, cancellationToken);
            }

            foreach (var entry in entries)
            {
                entry.Batch.OutputDone();
            }
        }
    }

    private readonly record struct Entry(InFlightBatch Batch, IReadOnlyList<DeadLetter> Letters);
}
