namespace LogFlow.Hosting;

/// <summary>How measurements of an instrument add up.</summary>
internal enum MetricKind
{
    /// <summary>Measurements are increments of a total that only grows.</summary>
    Counter,

    /// <summary>Measurements are the total itself.</summary>
    ObservedCounter,

    /// <summary>Measurements are increments and decrements.</summary>
    Sum,

    /// <summary>The last measurement counts.</summary>
    Gauge,

    /// <summary>Measurements are counted in buckets.</summary>
    Histogram,
}
