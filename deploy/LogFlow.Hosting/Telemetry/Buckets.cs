namespace LogFlow.Hosting;

/// <summary>Upper bounds of histogram buckets, by unit.</summary>
internal static class Buckets
{
    private static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] Bytes =
        [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    private static readonly double[] Counts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000];

    /// <summary>The bounds for an instrument of this unit.</summary>
    public static double[] For(string? unit) => unit switch
    {
        "s" => Seconds,
        "By" => Bytes,
        _ => Counts,
    };
}
