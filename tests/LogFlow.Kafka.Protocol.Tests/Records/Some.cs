using System.Text;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Builders of test data.</summary>
internal static class Some
{
    public static PooledBuffer RecordBatch(
        int count = 3, CompressionType compression = CompressionType.None, long firstTimestampMs = 1_700_000_000_000)
    {
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < count; i++)
        {
            builder.Append(firstTimestampMs + i, Encoding.UTF8.GetBytes($"key-{i}"), AccessLogLine(i));
        }

        return builder.Build(compression);
    }

    public static byte[] AccessLogLine(int i) => Encoding.UTF8.GetBytes(
        $"10.1.{i % 250}.{i * 7 % 251} - - [10/Oct/2000:13:55:{i % 60:00} -0700] "
        + $"\"GET /page/{i} HTTP/1.0\" 200 {i * 31}");

    /// <summary>Bytes with runs, repeats and noise, so that every kind of sequence of the codecs occurs.</summary>
    public static byte[] MixedBytes(Random random, int length)
    {
        var bytes = new byte[length];
        var position = 0;
        while (position < length)
        {
            var run = Math.Min(length - position, 1 + random.Next(1 << random.Next(1, 12)));
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(bytes.AsSpan(position, run));
                    break;
                case 1:
                    bytes.AsSpan(position, run).Fill((byte)random.Next(256));
                    break;
                default:
                    var back = position == 0 ? 0 : 1 + random.Next(position);
                    for (var i = 0; i < run; i++)
                    {
                        bytes[position + i] = back == 0 ? (byte)i : bytes[position + i - back];
                    }

                    break;
            }

            position += run;
        }

        return bytes;
    }
}
