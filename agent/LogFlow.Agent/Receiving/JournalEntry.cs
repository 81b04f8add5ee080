using System.Globalization;
using System.Text;

namespace LogFlow.Agent;

/// <summary>An entry of systemd's journal, with Filebeat's names of its fields.</summary>
internal sealed class JournalEntry
{
    private const int FieldLengthMax = 8 << 10;

    /// <summary>Characters of all fields; each may take six bytes, and all have to fit beside a message.</summary>
    private const int FieldsLengthMax = 32 << 10;

    private static readonly Dictionary<string, string[]> Names = new(StringComparer.Ordinal)
    {
        ["PRIORITY"] = ["syslog.priority", "log.syslog.priority"],
        ["SYSLOG_FACILITY"] = ["syslog.facility", "log.syslog.facility.code"],
        ["SYSLOG_IDENTIFIER"] = ["syslog.identifier", "log.syslog.appname"],
        ["SYSLOG_PID"] = ["syslog.pid", "log.syslog.procid"],
        ["MESSAGE_ID"] = ["message_id"],
        ["CODE_FILE"] = ["journald.code.file"],
        ["CODE_FUNC"] = ["journald.code.func"],
        ["CODE_LINE"] = ["journald.code.line"],
        ["_PID"] = ["journald.pid", "process.pid"],
        ["_UID"] = ["journald.uid", "user.id"],
        ["_GID"] = ["journald.gid", "user.group.id"],
        ["_COMM"] = ["journald.process.name", "process.name"],
        ["_EXE"] = ["journald.process.executable", "process.executable"],
        ["_CMDLINE"] = ["journald.process.command_line", "process.command_line"],
        ["_CAP_EFFECTIVE"] = ["journald.process.capabilities"],
        ["_AUDIT_LOGINUID"] = ["journald.audit.login_uid"],
        ["_AUDIT_SESSION"] = ["journald.audit.session"],
        ["_BOOT_ID"] = ["journald.host.boot_id"],
        ["_MACHINE_ID"] = ["host.id"],
        ["_HOSTNAME"] = ["host.hostname"],
        ["_TRANSPORT"] = ["systemd.transport"],
        ["_SYSTEMD_UNIT"] = ["systemd.unit"],
        ["_SYSTEMD_USER_UNIT"] = ["systemd.user_unit"],
        ["_SYSTEMD_SLICE"] = ["systemd.slice"],
        ["_SYSTEMD_CGROUP"] = ["systemd.cgroup"],
        ["_SYSTEMD_SESSION"] = ["systemd.session"],
        ["_SYSTEMD_OWNER_UID"] = ["systemd.owner_uid"],
        ["_SYSTEMD_INVOCATION_ID"] = ["systemd.invocation_id"],
        ["_KERNEL_DEVICE"] = ["journald.kernel.device"],
        ["_KERNEL_SUBSYSTEM"] = ["journald.kernel.subsystem"],
        ["_UDEV_SYSNAME"] = ["journald.kernel.device_name"],
        ["_UDEV_DEVNODE"] = ["journald.kernel.device_node_path"],
        ["_UDEV_DEVLINK"] = ["journald.kernel.device_symlinks"],
        ["CONTAINER_ID_FULL"] = ["container.id"],
        ["CONTAINER_NAME"] = ["container.name"],
        ["CONTAINER_TAG"] = ["container.log.tag"],
        ["CONTAINER_PARTIAL_MESSAGE"] = ["container.partial"],
    };

    private static readonly string[] Numbers =
        ["PRIORITY", "SYSLOG_FACILITY", "CODE_LINE", "_PID", "_AUDIT_LOGINUID", "_AUDIT_SESSION", "_SYSTEMD_OWNER_UID"];

    private JournalEntry(string cursor, DateTimeOffset time, string message)
    {
        (Cursor, Time, Message) = (cursor, time, message);
    }

    /// <summary>Its place in the journal.</summary>
    public string Cursor { get; }

    /// <summary>When the journal took it.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Its message.</summary>
    public string Message { get; private set; }

    /// <summary>The message was longer.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>All else of it.</summary>
    public EventObject Fields { get; } = new();

    /// <summary>Reads a line of <c>journalctl --output=json</c>; null where it is none.</summary>
    /// <param name="line">The line.</param>
    /// <param name="lengthMax">Bytes of the message that are kept.</param>
    /// <param name="now">The time, where the entry has none.</param>
    public static JournalEntry? TryRead(ReadOnlySpan<byte> line, int lengthMax, DateTimeOffset now)
    {
        if (!FieldJson.TryRead(line, out var value, out _) || value is not EventObject written
            || written["__CURSOR"] is not string cursor)
        {
            return null;
        }

        var time = written["__REALTIME_TIMESTAMP"] is string text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
                ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds)
                : now;
        var entry = new JournalEntry(cursor, time, TextOf(written["MESSAGE"]) ?? "");
        entry.CutMessage(lengthMax);
        entry.SetFields(written);
        return entry;
    }

    private void CutMessage(int lengthMax)
    {
        if (Encoding.UTF8.GetByteCount(Message) <= lengthMax)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(Message);
        Message = Encoding.UTF8.GetString(bytes.AsSpan(0, JsonStringWriter.CharacterBoundary(bytes, lengthMax)));
        IsTruncated = true;
    }

    private void SetFields(EventObject written)
    {
        EventPath.Put(Fields, "event.kind", "event");
        var room = FieldsLengthMax;
        for (var index = 0; index < written.Count; index++)
        {
            var name = written.NameAt(index);
            if (name is "MESSAGE" || name.StartsWith("__", StringComparison.Ordinal)
                || TextOf(written.ValueAt(index)) is not { } text)
            {
                continue;
            }

            text = text.Length > FieldLengthMax ? text[..FieldLengthMax] : text;
            var names = Names.GetValueOrDefault(name)
                ?? [$"journald.custom.{name.TrimStart('_').ToLowerInvariant()}"];
            room -= names.Sum(path => path.Length + text.Length);
            if (room < 0)
            {
                EventPath.Put(Fields, "error.message", $"fields of the journal's entry from {name} on did not fit");
                return;
            }

            object value = Numbers.Contains(name)
                && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : text;
            foreach (var path in names)
            {
                EventPath.Put(Fields, path, value);
            }
        }
    }

    /// <summary>
    /// A field's text: journalctl gives bytes that are no text as numbers, and repeated fields as a list.
    /// </summary>
    private static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        List<object?> list when list.Count > 0 && list.TrueForAll(static one => one is long and >= 0 and <= 255) =>
            Encoding.UTF8.GetString([.. list.Select(static one => (byte)(long)one!)]),
        List<object?> list => string.Join('\n', list.Select(TextOf)),
        _ => FieldJson.ToText(value),
    };
}
