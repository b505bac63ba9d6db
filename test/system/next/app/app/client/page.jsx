/** A page for browsers, which the server renders first. */
'use client';

import { useEffect, useState } from 'react';
import { PowerAuth } from 'powerauth-wasm';

const powerAuth = new PowerAuth('client');

export default function Page() {
  const [code, setCode] = useState('waiting');
  useEffect(() => {
    powerAuth.configure({}).then(
      () => setCode('ready'),
      (error) => setCode(error.code),
    );
  }, []);
  return <pre>{code}</pre>;
}
