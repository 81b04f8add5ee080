using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace LogFlow.Queue.Tests;

/// <summary>What a meter's instruments have measured, in the order in which they did.</summary>
internal sealed class MeasuredMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, string Text)> _measured = new();

    public MeasuredMetrics(Func<Instrument, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Each measurement as "value tag=value ...".</summary>
    public IReadOnlyList<string> Of(string name) =>
        [.. _measured.Where(measured => measured.Name == name).Select(measured => measured.Text)];

    /// <summary>Looks at the gauges; what was measured before is forgotten.</summary>
    public void Observe()
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, tag) in tags)
        {
            text += $" {name}={tag}";
        }

        _measured.Enqueue((instrument.Name, text));
    }
}
