// The line to the server, which may be cut at any moment.

const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || ["", ""])[1];

// Sends notes: { answer, connection: "" }, or only why there is none: "offline", "signed_out" or
// "trouble", where the server answers and says no.
export async function exchange(address, { seen, notes }) {
  try {
    const response = await fetch(address, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ sent_at: Date.now(), seen, notes }),
    });
    if (response.ok) return { answer: await response.json(), connection: "" };
    const isOut = response.type === "opaqueredirect" || [401, 403].includes(response.status);
    return { connection: isOut ? "signed_out" : "trouble" };
  } catch {
    return { connection: "offline" };
  }
}
