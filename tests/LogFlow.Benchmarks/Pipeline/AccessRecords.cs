using System.Text;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>What the agent sends of an access log.</summary>
internal static class AccessRecords
{
    /// <summary>The next lines, numbered from <paramref name="first"/>, as records' values.</summary>
    public static List<byte[]> Create(AccessLogGenerator lines, long first, int count)
    {
        var records = new List<byte[]>(count);
        var position = first * 240;
        for (var number = first; number < first + count; number++)
        {
            var line = lines.Next(number);
            records.Add(Encoding.UTF8.GetBytes(
                "{\"@timestamp\":\"2026-11-20T08:21:20.123Z\",\"message\":\"" + line.Replace("\"", "\\\"")
                + $"\",\"log\":{{\"offset\":{position},\"file\":{{\"path\":\"/var/log/apache2/access.log\"}}}},"
                + "\"input\":{\"type\":\"filestream\"},\"host\":{\"name\":\"web-01\"},"
                + "\"agent\":{\"id\":\"f3b1c1de-0000-4c4c-8a8a-123456789abc\",\"name\":\"web-01\","
                + "\"type\":\"logflow-agent\",\"version\":\"0.1.0\","
                + "\"ephemeral_id\":\"0d6f3f3e-1111-4d4d-9b9b-123456789abc\"},\"ecs\":{\"version\":\"8.0.0\"}}"));
            position += line.Length + 1;
        }

        return records;
    }
}
